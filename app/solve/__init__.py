"""The page where a puzzle is entered, solved and looked into."""
