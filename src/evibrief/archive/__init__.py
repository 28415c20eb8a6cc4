"""Permanent versions of briefs: written once, listed, withdrawn, signed, compared and verified."""
