"""Turns a reviewer's Word file into remarks, patches and a ledger."""
