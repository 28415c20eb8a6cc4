"""PDF documents: writing, reading and comparing them."""
