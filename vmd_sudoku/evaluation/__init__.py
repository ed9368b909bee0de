"""Figures that stand up to review: accuracy, solutions, the paper's tables, speed."""
