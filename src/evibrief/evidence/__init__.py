"""What an author writes: the record types, the reader that keeps each value's place, and the starter brief."""
