"""What every command shares: options given before it, settings, the workspace, the person, the reader's language.

Everything is built on first use, so that a command pays for what it needs and no more.
"""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from copilot.domain.access import Principal, Role
from copilot.domain.answer import Language
from integrations import translate
from integrations.cli.screen import Screen

if TYPE_CHECKING:
    from copilot.bootstrap import Workspace
    from copilot.office import Office
    from copilot.settings import Settings


@dataclass
class Session:
    """One run of the command line."""

    home: Path | None = None
    model: str | None = None
    """In place of the one that is set."""

    @cached_property
    def screen(self) -> Screen:
        """Where results go."""
        return Screen()

    @cached_property
    def settings(self) -> Settings:
        """Settings of the environment, with the options given on the command line."""
        from copilot import settings
        from copilot.log import configure

        known = settings.load(home=self.home, model=self.model)
        if known.log_level:
            configure(known.log_level, sys.stderr)
        return known

    @cached_property
    def workspace(self) -> Workspace:
        """The stores and use cases behind the command."""
        from copilot.bootstrap import Workspace

        return Workspace(self.settings)

    @cached_property
    def office(self) -> Office:
        """Journal, drafts, outbox and keys of the workspace."""
        from copilot.office import Office

        return Office(self.workspace)

    @cached_property
    def principal(self) -> Principal:
        """The person at the keyboard. Who can read the workspace's files can read every document, hence admin."""
        return Principal(id=f"local:{self.settings.user or login_name()}", role=Role.admin)

    @cached_property
    def language(self) -> Language:
        """Language of messages: the setting, else the locale's."""
        return self.settings.language or locale_language()

    def say(self, key: str, **values: object) -> str:
        """A word or sentence of the surface in the reader's language."""
        return translate.label(key, self.language, **values)

    def columns(self, *keys: str) -> list[str]:
        """Headers of a table."""
        return [self.say(f"col_{key}") for key in keys]

    def close(self) -> None:
        """Give back what was opened; the next use opens it anew."""
        if "workspace" in self.__dict__:
            self.workspace.close()
            del self.workspace


def session(context: typer.Context) -> Session:
    """The session of a running command."""
    found = context.find_object(Session)
    if found is None:
        raise LookupError("commands run below the application's callback")
    return found


def locale_language() -> Language:
    """Language of the person's locale, as POSIX orders its variables."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return translate.language_of_locale(next((name for name in names if name), None))


def login_name() -> str:
    """Name of the account; `user` where it has none, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "user"
