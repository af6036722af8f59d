"""What is written back into a file is its ticks and nothing else; what cannot be told for certain is left alone."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.domain.errors import UserCanFix
from copilot.domain.fact import TaskFact
from copilot.domain.plan import DocumentRecord
from copilot.journal.patch import TaskPatch, apply_patches, make_patch
from retrieval.extract.merge import identify
from retrieval.extract.tasks import extract_tasks
from retrieval.ingest.blocks import parse
from retrieval.ingest.repair import repair
from tools.calc.checklist import Standing

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
WORDS = ("Revisión", "año", "campaña", "señal", "pago", "cliente", "días", "módulo", "équipe", "ação", "Plan", "número")
BOXES = (" ", "x", "X")
LINE_ENDS = ("\n", "\r\n")


def misread(text: str, page: str) -> bytes:
    """UTF-8 that was read in another code page and saved as UTF-8 again."""
    return text.encode().decode(page, "replace").encode()


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda text: text.encode(),
    "utf-8 with mark": lambda text: text.encode("utf-8-sig"),
    "cp1252": lambda text: text.encode("cp1252"),
    "mac_roman": lambda text: text.encode("mac_roman"),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16-be": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "utf-16-le without mark": lambda text: text.encode("utf-16-le"),
    "read as latin-1": lambda text: misread(text, "latin-1"),
    "read as cp1252": lambda text: misread(text, "cp1252"),
    "read as cp1254": lambda text: misread(text, "cp1254"),
    "read as gb18030": lambda text: misread(text, "gb18030"),
}

words = st.lists(st.sampled_from(WORDS), min_size=2, max_size=5).map(" ".join)
marks = st.sampled_from(("-", "*", "+", "1.", "  -", "> -"))
boxed = st.tuples(marks, st.sampled_from(BOXES), words)
other = st.one_of(
    words, words.map("## {}".format), words.map("- {}".format), words.map("| {} | [ver](a.md) |".format), st.just("")
)


def standings_of(content: bytes, states: list[bool], document: str = "plan.md") -> list[Standing]:
    facts = identify(extract_tasks(parse(document, repair(content).text)).facts)
    tasks = [fact for fact in facts if isinstance(fact, TaskFact)]
    chosen = [states[at % len(states)] for at in range(len(tasks))]
    return [Standing(task=task, status="done" if done else "blocked") for task, done in zip(tasks, chosen, strict=True)]


def record_of(content: bytes, path: Path, document: str = "plan.md") -> DocumentRecord:
    return DocumentRecord(
        document=document,
        version_id="v",
        title="Plan",
        language="es",
        sha256=hashlib.sha256(content).hexdigest(),
        line_count=1,
        ingested_at=NOW,
        source=str(path),
    )


def patch_of(content: bytes, states: list[bool], path: Path = Path("plan.md"), document: str = "plan.md") -> TaskPatch:
    return make_patch(record_of(content, path, document), content, standings_of(content, states, document))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    lines=st.lists(st.one_of(boxed, other), min_size=1, max_size=12),
    end=st.sampled_from(LINE_ENDS),
    last=st.booleans(),
    encoding=st.sampled_from(sorted(ENCODINGS)),
    states=st.lists(st.booleans(), min_size=1, max_size=7),
)
def test_only_the_bytes_of_ticks_change_and_a_second_patch_has_nothing_to_do(
    lines: list[str | tuple[str, str, str]], end: str, last: bool, encoding: str, states: list[bool]
) -> None:
    written = [line if isinstance(line, str) else "{} [{}] {}".format(*line) for line in ["# Plan de acción", "", *lines]]
    content = ENCODINGS[encoding](end.join(written) + (end if last else ""))

    patch = patch_of(content, states)

    wanted = {one.task.lines[0]: one.status == "done" for one in standings_of(content, states)}
    changed = {task.lines[0] for task in patch.ticked}
    for line in changed:
        parts = lines[line - 3]
        assert isinstance(parts, tuple)
        written[line - 1] = f"{parts[0]} [{'x' if wanted[line] else ' '}] {parts[2]}"
    assert patch.after == ENCODINGS[encoding](end.join(written) + (end if last else ""))
    assert patch_of(patch.after, states).ticked == ()
    assert {left.task.lines[0] for left in patch.left}.isdisjoint(changed)


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
def test_every_box_of_an_ordinary_file_is_found_in_every_encoding(encoding: str) -> None:
    text = "# Campaña\r\n\r\n- [ ] Revisión del módulo\r\n- [x] Señal de pago en 30 días\r\n  - [ ] Más clientes\r\n"
    patch = patch_of(ENCODINGS[encoding](text), [True, False, True])

    assert patch.after == ENCODINGS[encoding](
        "# Campaña\r\n\r\n- [x] Revisión del módulo\r\n- [ ] Señal de pago en 30 días\r\n  - [x] Más clientes\r\n"
    )
    assert patch.left == ()


def test_the_diff_can_be_read_and_names_what_it_stands_on() -> None:
    content = "# Plan\n\n- [ ] Revisión".encode()

    told = patch_of(content, [True]).diff().decode()

    assert told.splitlines() == [
        f"# base sha256:{hashlib.sha256(content).hexdigest()}",
        "--- a/plan.md",
        "+++ b/plan.md",
        "@@ -1,3 +1,3 @@",
        " # Plan",
        " ",
        "-- [ ] Revisión",
        "\\ No newline at end of file",
        "+- [x] Revisión",
        "\\ No newline at end of file",
    ]


TABLE = "| Tarea | Hecho |\n|---|---|\n| [{}] Pago | [ver](x.md) |\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("☐ Revisión del plan\n", "☑ Revisión del plan\n", id="a drawn box"),
        pytest.param(TABLE.format(" "), TABLE.format("x"), id="a table row"),
        pytest.param("```\n[ ] Revisar pagos\n```\n", "```\n[x] Revisar pagos\n```\n", id="a fence that lays text out"),
        pytest.param("- [] Revisar pagos\n", "- [x] Revisar pagos\n", id="an empty pair"),
    ],
)
def test_boxes_of_every_kind_are_ticked(before: str, after: str) -> None:
    assert patch_of(before.encode(), [True]).after == after.encode()


def test_a_line_without_a_box_is_left_and_said_so() -> None:
    content = b"# Plan\n\n## Semana 1\n\n1. **Lunes:** Revisar los pagos\n"

    patch = patch_of(content, [True])

    assert (patch.after, [left.reason for left in patch.left]) == (content, ["no_box"])


def test_a_converted_document_is_refused() -> None:
    with pytest.raises(UserCanFix, match="patch_not_text"):
        make_patch(record_of(b"", Path("plan.docx"), "plan.docx"), b"", [])


def test_a_patch_is_written_with_the_files_own_mode(tmp_path: Path) -> None:
    path = tmp_path / "plan.md"
    path.write_bytes(b"- [ ] Revisar los pagos\r\n")
    path.chmod(0o640)

    apply_patches([patch_of(path.read_bytes(), [True], path)])

    assert path.read_bytes() == b"- [x] Revisar los pagos\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_changed_since_is_refused_and_nothing_is_written_anywhere(tmp_path: Path) -> None:
    paths = [tmp_path / "a.md", tmp_path / "b.md"]
    for path in paths:
        path.write_bytes(b"- [ ] Revisar los pagos\n")
    patches = [patch_of(path.read_bytes(), [True], path, path.name) for path in paths]
    paths[1].write_bytes(b"- [ ] Revisar los pagos hoy\n")

    with pytest.raises(UserCanFix, match="patch_base_changed"):
        apply_patches(patches)

    assert [path.read_bytes() for path in paths] == [b"- [ ] Revisar los pagos\n", b"- [ ] Revisar los pagos hoy\n"]
