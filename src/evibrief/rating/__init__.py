"""What follows from the evidence: counts, decision tables, ratings, and what changed between two briefs."""
