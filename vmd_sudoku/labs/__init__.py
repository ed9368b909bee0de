"""The paper's other experiments: tokens that depend on each other, words and text. Nothing here knows Sudoku."""
