"""What an editor asks while an author writes: problems, completion, places of records, renaming."""
