"""The Batch page: a file of puzzles measured by several settings, in a process of its own."""
