"""What the server does for every visitor: models, solves, examples."""
