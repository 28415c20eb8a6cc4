"""Looks up quotations in the texts of the publications that they are taken from."""
