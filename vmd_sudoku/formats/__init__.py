"""How people write puzzles down: texts, links, files and pictures, in and out."""
