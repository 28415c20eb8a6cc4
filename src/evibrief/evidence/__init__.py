"""What an author writes: the record types, reading them with their places, a new brief to start from."""
