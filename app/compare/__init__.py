"""The page that sets models and settings side by side."""
