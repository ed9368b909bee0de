"""Sudoku without a network: exact solutions, proofs, generation, symmetries, human techniques. No torch."""
