"""Fake peers, shipped for trying things out and for tests. Nothing in the product imports them."""
