"""A reviewer's Word file as remarks, patches and a ledger."""
