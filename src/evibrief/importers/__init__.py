"""Readers of other tools' files that turn them into evidence."""
