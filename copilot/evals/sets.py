"""Sets of questions and queries in JSONL files: read with line numbers, so that a bad line is named. Knows no model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copilot.domain.answer import Language, Question, Turn
from copilot.domain.errors import UserCanFix


class _Record(BaseModel):
    """Sets carry more than is asked (gold answers, types); what is not needed here is left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    id: str


class GoldSource(BaseModel):
    """Lines that hold an answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    file: str
    lines: tuple[int, ...] = ()


class SetQuestion(_Record):
    """A question of a set."""

    question: str
    history: tuple[Turn, ...] = ()
    language: Language | None = None
    documents: tuple[str, ...] = ()
    type: str = ""
    """What kind of question it is; `unanswerable` is to be refused."""
    lang: str = ""
    sources: tuple[GoldSource, ...] = ()
    """Lines of the documents that hold the answer, where the set knows them."""
    must_contain: tuple[tuple[str, ...], ...] = ()
    """Groups of alternatives; one of each group must be in a right answer."""
    must_not_contain: tuple[str, ...] = ()
    arithmetic: bool = False
    """The answer is worked out from the source lines and does not stand there."""

    def asked(self) -> Question:
        """The question as the copilot takes it."""
        return Question(text=self.question, history=self.history, language=self.language, documents=self.documents)


class SetQuery(_Record):
    """A search query of a set."""

    query: str = Field(min_length=1)


R = TypeVar("R", bound=BaseModel)


def read_questions(path: Path) -> list[SetQuestion]:
    """All questions of a file. Raises UserCanFix(`file_not_found`, `file_unreadable` or `bad_record`)."""
    return read_records(SetQuestion, path)


def read_queries(path: Path) -> list[SetQuery]:
    """All queries of a file. Raises UserCanFix(`file_not_found`, `file_unreadable` or `bad_record`)."""
    return read_records(SetQuery, path)


def read_records(kind: type[R], path: Path) -> list[R]:
    """All lines of a file as records. Raises UserCanFix(`file_not_found`, `file_unreadable` or `bad_record`)."""
    return [_checked(kind, path, number, fields) for number, fields in _lines(path)]


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserCanFix("file_not_found", path=str(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserCanFix("file_unreadable", path=str(path), reason=type(error).__name__) from None
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (json.JSONDecodeError, RecursionError):
                raise UserCanFix("bad_record", path=str(path), line=number, expected="a JSON object") from None


def _checked(kind: type[R], path: Path, number: int, fields: Any) -> R:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        expected = f"{field}: {first['msg']}" if field else first["msg"]
        raise UserCanFix("bad_record", path=str(path), line=number, expected=expected) from None
