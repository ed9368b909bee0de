"""Lessons of the classroom as data: what they say, and the runs that they play. No torch."""
