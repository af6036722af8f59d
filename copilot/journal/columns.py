"""What the columns of a table of readings are: told by their headers or by the person. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.domain.errors import UserCanFix
from copilot.domain.imports import Layout
from copilot.journal.cells import is_day
from retrieval.language.folding import folded
from retrieval.language.vocabulary import vocabulary

ROLES = ("name", "value", "date", "unit", "note", "source", "confidence", "document")
_EDGE = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Columns:
    """Where everything stands; numbers of columns from 0."""

    layout: Layout
    headers: tuple[str, ...]
    roles: dict[str, int]
    """Role to column."""
    values: tuple[int, ...]
    """wide: columns of days; matrix: columns of metrics; long: the one of values."""

    def told(self) -> dict[str, str]:
        """Header to what it was taken for."""
        roles = {self.headers[at]: role for role, at in self.roles.items()}
        kind = {"long": "value", "wide": "day", "matrix": "metric"}[self.layout]
        return {**roles, **{self.headers[at]: kind for at in self.values}}


def columns_of(headers: Sequence[str], given: Mapping[str, str]) -> Columns:
    """The columns of a table.

    Args:
        headers: its first row.
        given: role to header (or number of the column, from 1), as the person says.

    Raises:
        UserCanFix: `import_columns` with the headers there are and what is missing; `unknown_column`, `unknown_column_role`.
    """
    names = tuple(headers)
    roles = {role: _chosen(names, wanted) for role, wanted in _checked(given).items()}
    for at, header in enumerate(names):
        role = _role(header)
        if role is not None and role not in roles and at not in roles.values():
            roles[role] = at
    left = [at for at in range(len(names)) if at not in roles.values() and names[at]]
    days = tuple(at for at in left if is_day(names[at]))
    if {"name", "value", "date"} <= roles.keys():
        value = roles.pop("value")
        return Columns("long", names, roles, (value,))
    if "name" in roles and "value" not in roles and days:
        return Columns("wide", names, roles, days)
    if "date" in roles and not {"name", "value"} & roles.keys() and left:
        return Columns("matrix", names, roles, tuple(left))
    missing = [role for role in ("name", "value", "date") if role not in roles]
    raise UserCanFix("import_columns", found=[name for name in names if name], missing=missing)


def mapping(text: str) -> dict[str, str]:
    """`name=KPI,value=Valor actual` as a person types it. Raises UserCanFix(`bad_mapping`)."""
    found = {}
    for part in filter(str.strip, text.split(",")):
        role, equals, header = part.partition("=")
        if not equals or not role.strip() or not header.strip():
            raise UserCanFix("bad_mapping", value=part.strip(), known=list(ROLES))
        found[role.strip().lower()] = header.strip()
    return found


def colour(text: str) -> str | None:
    """`ámbar` is amber; None for no colour."""
    words: dict[str, list[str]] = vocabulary("imports")["colours"]
    return next((name for name, known in words.items() if folded(text.strip()) in known), None)


def _checked(given: Mapping[str, str]) -> Mapping[str, str]:
    for role in given:
        if role not in ROLES:
            raise UserCanFix("unknown_column_role", role=role, known=list(ROLES))
    return given


def _chosen(headers: Sequence[str], wanted: str) -> int:
    plain = [_plain(header) for header in headers]
    if _plain(wanted) in plain:
        return plain.index(_plain(wanted))
    if wanted.isdigit() and 1 <= int(wanted) <= len(headers):
        return int(wanted) - 1
    raise UserCanFix("unknown_column", column=wanted, found=[header for header in headers if header])


def _role(header: str) -> str | None:
    words = vocabulary("imports")
    plain = _plain(header)
    return next((role for role in ROLES if plain in words[role]), None)


def _plain(text: str) -> str:
    return _EDGE.sub(" ", folded(text)).strip()
