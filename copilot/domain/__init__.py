"""The plan's words as types. Imports the standard library and pydantic only."""
