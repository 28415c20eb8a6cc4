"""The figures of a brief: the rows of each, and how they are drawn."""
