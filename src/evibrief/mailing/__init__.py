"""Sends a version by mail: recipients, letters, delivery, and who has answered."""
