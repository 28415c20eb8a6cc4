"""Writes a brief in the layouts that other programs read."""
