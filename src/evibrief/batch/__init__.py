"""Many briefs at once: the same work for each of them, in processes of this machine or on the workers of a cluster."""
