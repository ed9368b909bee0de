"""The Labs page: train and look at small models that write tokens, words and whole grids."""
