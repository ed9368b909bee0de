"""The reverse process, from masks to a board; knows no model."""
