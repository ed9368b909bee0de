"""`python -m vmd_sudoku`: the command line."""

from vmd_sudoku.cli.main import main

main()
