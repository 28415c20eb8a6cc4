"""Output formats: a document written, its evidence taken out again, two documents compared."""
