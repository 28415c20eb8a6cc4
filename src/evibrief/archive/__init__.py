"""Versions kept for good: written once, listed, withdrawn, signed, compared and verified."""
