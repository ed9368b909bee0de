"""`python -m vmd_sudoku.cli`, which torchrun needs."""

from vmd_sudoku.cli.main import main

main()
