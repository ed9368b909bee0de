"""Model and reverse process together: boards in, boards or a trace out."""
