"""Other people's files, read into evidence."""
