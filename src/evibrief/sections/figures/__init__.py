"""The figures of a brief: which rows each has, and how each is drawn."""
