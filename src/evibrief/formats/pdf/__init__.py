"""PDF documents: written, read and compared."""
