"""Training: boards, updates, and the record of a run."""
