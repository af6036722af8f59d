"""Structure: which blocks a document has, on which lines, and that no text makes the parser fail."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.domain.source import Block, ParsedDocument
from retrieval.ingest.blocks import parse
from retrieval.ingest.repair import repair


def blocks(text: str, *kinds: str) -> list[Block]:
    return [block for block in parse("plan.md", text).blocks if not kinds or block.kind in kinds]


def test_heading_path_is_plain_and_ends_with_the_heading_itself() -> None:
    found = blocks("# 🎯 **Plan** general:\n\n### `Fase` 1\n\ntexto\n\n## [Riesgos](x.md)\n")

    assert [block.heading_path for block in found] == [
        ("Plan general:",),
        ("Plan general:", "Fase 1"),
        ("Plan general:", "Fase 1"),
        ("Plan general:", "Riesgos"),
    ]


def test_underlined_heading_covers_both_lines() -> None:
    (heading, _) = blocks("Resumen\n=======\n\ntexto\n")

    assert (heading.kind, heading.lines, heading.level, heading.plain) == ("heading", (1, 2), 1, "Resumen")


def test_rule_right_under_a_statement_makes_no_heading() -> None:
    assert [block.kind for block in blocks("**Retorno:** 2:1 en 6 meses.\n---\n")] == ["paragraph", "rule"]


def test_every_source_line_of_a_paragraph_is_a_block() -> None:
    found = blocks("**Coste:** $2K - $3K\n**Retorno:** 4:1 en 6 meses\n")

    assert [(block.lines, block.plain) for block in found] == [((1, 1), "Coste: $2K - $3K"), ((2, 2), "Retorno: 4:1 en 6 meses")]


def test_two_spaces_under_a_number_nest_an_item() -> None:
    first, nested, second = blocks("1. uno\n  - dentro\n2. dos\n")

    assert (first.marker, first.level, nested.level, nested.parent, second.marker, second.parent) == ("1.", 0, 1, 0, "2.", None)


def test_item_keeps_its_continuation_lines_without_its_nested_items() -> None:
    item, nested = blocks("- una tarea\n  que sigue\n  - dentro\n")

    assert (item.lines, item.text, nested.lines) == ((1, 2), "una tarea\nque sigue", (3, 3))


def test_statement_without_indentation_under_an_item_stands_alone() -> None:
    assert [block.kind for block in blocks("- una tarea\n**Coste:** $5K\n")] == ["item", "paragraph"]


@pytest.mark.parametrize(
    ("line", "checked"),
    [
        ("- [ ] enviar", False),
        ("- [x] enviar", True),
        ("* [ ] enviar", False),
        ("1. [X] enviar", True),
        ("[ ] enviar", False),
        ("- ☐ enviar", False),
        ("☐ enviar", False),
        ("□ enviar", False),
        ("☑ enviar", True),
        ("- ☒ enviar", True),
        ("- enviar", None),
        ("- [x](enlace) enviar", None),
    ],
)
def test_checkbox_is_read_in_any_form(line: str, checked: bool | None) -> None:
    (item,) = blocks(line)

    assert (item.kind, item.checked) == ("item", checked)
    assert checked is None or item.plain == "enviar"


def test_check_mark_is_a_ticked_box_only_among_boxes() -> None:
    (_, among), (alone,) = blocks("☐ pendiente\n✅ listo\n"), blocks("- ✅ soporte incluido\n")

    assert (among.checked, among.plain, alone.checked) == (True, "listo", None)


def test_code_is_one_block_and_nothing_in_it_is_parsed() -> None:
    (code,) = blocks("```\n# no\n- [ ] no\n```\n")

    assert (code.kind, code.lines, code.text) == ("code", (1, 4), "# no\n- [ ] no")


def test_fence_left_open_does_not_hide_the_rest() -> None:
    assert [block.kind for block in blocks("```\n# Plan\n\n- [ ] tarea\n")] == ["heading", "item"]


def test_table_has_a_block_a_row_with_plain_cells() -> None:
    label, header, row = blocks("**Indicadores:**\n\n| Métrica | Meta |\n|---|---|\n| **NPS** | 50 \\| 60 |\n")

    assert label.kind == "paragraph"
    assert (header.lines, header.cells, header.header) == ((3, 3), ("Métrica", "Meta"), ("Métrica", "Meta"))
    assert (row.lines, row.cells, row.label, row.label_line, row.table) == ((5, 5), ("NPS", "50 | 60"), "Indicadores", 1, 0)


@pytest.mark.parametrize(
    "body", ["| 1 |", "| 1 | 2 | 3 | 4 |", "|1|"], ids=["too few cells", "too many cells", "one cell without blanks"]
)
def test_ragged_row_is_fitted_to_the_header(body: str) -> None:
    *_, row = blocks(f"| a | b |\n|---|---|\n{body}\n")

    assert (row.kind, len(row.cells), row.cells[0]) == ("row", 2, "1")


def test_table_whose_delimiter_has_another_width_is_still_a_table() -> None:
    header, row = blocks("| a | b | c |\n|---|---|\n| 1 | 2 | 3 |\n")

    assert (header.header, row.cells) == (("a", "b", "c"), ("1", "2", "3"))


def test_statement_right_under_a_table_is_no_row() -> None:
    assert [block.kind for block in blocks("| a | b |\n|---|---|\n| 1 | 2 |\nTotal: 3\n")] == ["row", "row", "paragraph"]


def test_list_after_a_line_with_a_colon_is_labelled() -> None:
    first, second, third = blocks("Entregables del mes:\n\n- uno\n- dos\n")[0:3]

    assert first.label is None
    assert [(item.label, item.label_line) for item in (second, third)] == [("Entregables del mes", 1)] * 2


def test_label_does_not_reach_past_a_paragraph() -> None:
    *_, item = blocks("**Tareas:**\n- una\n\nTexto aparte.\n\n- otra\n")

    assert item.label is None


def test_front_matter_is_read_and_kept_out_of_the_text() -> None:
    doc = parse("plan.md", '---\ntitle: "Plan: uno"\nstart: 2026-01-05\ntags: [a, b]\n---\n# Otro\n')

    assert doc.front_matter == {"title": "Plan: uno", "start": "2026-01-05", "tags": "a, b"}
    assert [(block.kind, block.lines) for block in doc.blocks] == [("front_matter", (1, 5)), ("heading", (6, 6))]


def test_broken_front_matter_keeps_its_readable_keys() -> None:
    doc = parse("plan.md", '---\ntitle: "sin cerrar\nstart: 2026-01-05\nbad: [a\n---\ntexto\n')

    assert doc.front_matter["start"] == "2026-01-05"


def test_front_matter_with_anchors_is_not_expanded() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20))

    assert len(str(parse("plan.md", f"---\n{bomb}---\ntexto\n").front_matter)) < 2000


def test_opening_rule_is_no_front_matter() -> None:
    assert [block.kind for block in blocks("---\n\n# Plan\n\ntexto\n\n---\n")] == ["rule", "heading", "paragraph", "rule"]


def test_title_is_the_first_top_heading_else_the_file_name() -> None:
    assert parse("a/b.md", "## Dos\n\n# Uno\n").title == "Uno"
    assert parse("a/b.md", "nada\n").title == "b"


def test_lines_are_counted_at_line_feeds_only() -> None:
    found = blocks("a\x85b\u2028c\rd\n- item\r\n\x0c\n# H\n", "item", "heading")

    assert [block.lines for block in found] == [(2, 2), (4, 4)]


HOSTILE = {
    "same-line nesting": "- " * 10_000 + "a",
    "nested bullets": "\n".join(" " * 2 * n + "- a" for n in range(1_500)),
    "nested quotes": ">" * 10_000 + " a",
    "a megabyte of one line": "x*y_[z<a `" * 100_000,
    "a line of pipes": "|" * 200_000,
    "five thousand columns": "\n".join("|".join([cell] * 5001) for cell in ("a", "--", "b", "c")),
    "NULs": "\0a\n- \0b\n| \0 |\n",
    "open fences": "```\n~~~\n" * 2000,
    "open comments": "<!--\n" * 10_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_parsed_in_time(text: str) -> None:
    began = time.process_time()

    doc = parse("hostile.md", text)

    assert time.process_time() - began < 20
    assert doc.blocks
    assert_lines_hold(doc)


def test_ten_thousand_nested_tasks_are_all_found() -> None:
    text = "\n".join(" " * min(2 * n, 140) + f"- [ ] t{n}" for n in range(10_000))

    assert sum(block.checked is False for block in blocks(text, "item")) == 10_000


def assert_lines_hold(doc: ParsedDocument) -> None:
    before = 0
    for number, block in enumerate(doc.blocks):
        first, last = block.lines
        assert 1 <= first <= last <= len(doc.lines)
        assert before <= first
        assert block.parent is None or block.parent < number
        before = first


MARKDOWN = st.text(
    alphabet=st.sampled_from("ab1 \n\n\n-*#>|[]x`:.~_=\t\r\x85\u2028\0é☐✅"),
    max_size=120,
)


@settings(max_examples=150, deadline=None)
@given(MARKDOWN)
def test_every_block_stands_on_lines_of_the_document(text: str) -> None:
    doc = parse("any.md", text)

    assert "\n".join(doc.lines) == text
    assert_lines_hold(doc)


def test_no_statement_of_the_reference_documents_is_left_out(shared: Path) -> None:
    for path in sorted((shared / "corpus" / "dev").iterdir())[::3]:
        doc = parse(path.name, repair(path.read_bytes()).text)
        covered = {line for block in doc.blocks for line in range(block.lines[0], block.lines[1] + 1)}
        missing = [n for n, line in enumerate(doc.lines, 1) if n not in covered and any(char.isalnum() for char in line)]
        assert not missing, path.name
        assert_lines_hold(doc)
