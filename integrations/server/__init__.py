"""All doors in one process."""
