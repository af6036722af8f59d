"""Arithmetic made by code, never by a language model."""
