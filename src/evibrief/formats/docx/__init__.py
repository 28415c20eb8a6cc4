"""Word documents: written, read and compared."""
