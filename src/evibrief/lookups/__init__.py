"""Asks services on the network, and keeps their answers. Only the commands that say so use this room."""
