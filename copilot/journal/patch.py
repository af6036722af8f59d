"""Writes states of tasks back into the boxes of their file: shows the change first, then makes it, and changes nothing else.

A patch stands on the bytes that were ingested. A file that holds other bytes by now is refused, and then nothing is written.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from copilot.domain.errors import UserCanFix
from copilot.domain.fact import TaskFact
from copilot.domain.plan import DocumentRecord
from retrieval.extract.tasks import extract_tasks
from retrieval.ingest.blocks import parse
from retrieval.ingest.formats.convert import suffix_of
from retrieval.ingest.reader import read
from retrieval.ingest.repair import repair
from retrieval.ingest.ticks import set_ticks
from tools.calc.checklist import Standing

NO_NEWLINE = b"\n\\ No newline at end of file\n"


@dataclass(frozen=True)
class Left:
    """A task whose state cannot be written into its file."""

    task: TaskFact
    reason: str
    """`no_box`: its line has none; `box_uncertain`: its bytes cannot be told for certain."""


@dataclass(frozen=True)
class TaskPatch:
    """What would change in one file."""

    document: str
    path: Path
    """The file it was ingested from."""
    base: str
    """SHA-256 of the bytes it stands on."""
    before: bytes
    after: bytes
    ticked: tuple[TaskFact, ...]
    """Tasks whose box changes."""
    left: tuple[Left, ...] = ()

    def diff(self) -> bytes:
        """Unified diff of the file's own bytes; of UTF-16, where a byte line is no line, of its text. Empty without a change."""
        if self.before == self.after:
            return b""
        before, after = self.before, self.after
        if b"\0" in before:
            before, after = (repair(content).text.encode("utf-8", "replace") for content in (before, after))
        name = self.document.encode("utf-8", "replace")
        made = difflib.diff_bytes(difflib.unified_diff, _lines(before), _lines(after), b"a/" + name, b"b/" + name)
        head = b"# base sha256:" + self.base.encode() + b"\n"
        return head + b"".join(line if line.endswith(b"\n") else line + NO_NEWLINE for line in made)


def make_patch(record: DocumentRecord, content: bytes, standings: Sequence[Standing]) -> TaskPatch:
    """The patch of a document.

    Args:
        record: the document.
        content: its bytes as ingested.
        standings: its tasks.

    Raises:
        UserCanFix: `patch_not_text`, the document was converted from another format.
    """
    if suffix_of(record.document) is not None:
        raise UserCanFix("patch_not_text", document=record.document)
    boxes = _boxes(record.document, repair(content).text)
    wanted: dict[int, bool] = {}
    tasks: dict[int, TaskFact] = {}
    left: list[Left] = []
    for one in standings:
        line, is_done = one.task.lines[0], one.status == "done"
        ticked = boxes.get(line)
        if ticked is None:
            left += [Left(one.task, "no_box")] if is_done else []
        elif ticked is not is_done:
            wanted[line], tasks[line] = is_done, one.task
    made = set_ticks(content, wanted, _only_those(record.document, boxes))
    left += [Left(tasks[line], "box_uncertain") for line in sorted(made.uncertain)]
    return TaskPatch(
        document=record.document,
        path=Path(record.source),
        base=record.sha256,
        before=content,
        after=made.content,
        ticked=tuple(tasks[line] for line in sorted(made.written)),
        left=tuple(left),
    )


def apply_patches(patches: Sequence[TaskPatch]) -> None:
    """Write every patch into its file, each at once and whole; none when one of the files is not what was ingested.

    Raises:
        UserCanFix: `patch_base_changed`, `file_not_found`, `file_unreadable`, `path_unwritable`.
    """
    changed = [patch for patch in patches if patch.before != patch.after]
    for patch in changed:
        _check_base(patch)
    for patch in changed:
        _write(patch)


def _lines(content: bytes) -> list[bytes]:
    r"""Lines with their ends; they end with \n only, whatever the file has before it."""
    return [line for line in re.split(rb"(?<=\n)", content) if line]


def _boxes(document: str, text: str) -> dict[int, bool]:
    """Line to whether its box is ticked; of tasks with a box."""
    tasks = extract_tasks(parse(document, text)).facts
    return {task.lines[0]: task.done for task in tasks if isinstance(task, TaskFact) and task.done is not None}


def _only_those(document: str, before: Mapping[int, bool]) -> Callable[[str, Mapping[int, bool]], bool]:
    """Whether a reader of the written text finds these boxes changed and no other."""

    def accept(text: str, wanted: Mapping[int, bool]) -> bool:
        return _boxes(document, text) == {**before, **wanted}

    return accept


def _check_base(patch: TaskPatch) -> None:
    content = read(patch.path, patch.document).content
    if hashlib.sha256(content).hexdigest() != patch.base:
        raise UserCanFix("patch_base_changed", path=str(patch.path))


def _write(patch: TaskPatch) -> None:
    """Beside the file first, then in its place in one step: a reader never sees half of it."""
    arriving: str | None = None
    try:
        handle, arriving = tempfile.mkstemp(prefix=".rumbo-", dir=patch.path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(patch.after)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(patch.path, arriving)
        _check_base(patch)
        os.replace(arriving, patch.path)
    except OSError as error:
        raise UserCanFix("path_unwritable", path=str(patch.path), reason=error.strerror or type(error).__name__) from error
    finally:
        if arriving is not None:
            Path(arriving).unlink(missing_ok=True)
