"""Variational masked diffusion for Sudoku. Import what you need from the modules; nothing heavy happens here."""

__version__ = "0.3.1"
