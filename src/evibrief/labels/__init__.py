"""The words that a brief prints for what an author chooses, for dates and for amounts."""
