"""The mathematics of masked diffusion with a latent; knows no Sudoku."""
