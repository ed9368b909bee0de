"""The Learn page: lessons, and the teacher's tools."""
