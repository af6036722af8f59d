"""The command line: one module a group of commands. `rumbo` starts here."""

from integrations.cli.app import main

__all__ = ["main"]
