"""Word documents: writing, reading and comparing them."""
