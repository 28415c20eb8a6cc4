"""The output formats: writing documents, taking evidence out of them, and comparing two of them."""
