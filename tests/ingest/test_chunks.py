"""Passages: they quote the document, stay under one heading and carry what a reader of them alone would miss."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.domain.source import Chunk, ParsedDocument
from retrieval.ingest.blocks import parse
from retrieval.ingest.chunks import MAX_CHARACTERS, chunk
from retrieval.ingest.repair import repair


def count(text: str) -> int:
    return len(text) // 3 + 1


def chunks(text: str) -> tuple[ParsedDocument, list[Chunk]]:
    doc = parse("plan.md", text)
    return doc, chunk(doc, "v1", count)


def assert_quotes(doc: ParsedDocument, found: list[Chunk]) -> None:
    headings = [block.lines[0] for block in doc.blocks if block.kind == "heading"]
    for piece in found:
        assert piece.text == doc.quote(piece.lines)
        assert not any(piece.lines[0] < line <= piece.lines[1] for line in headings)
        assert piece.tokens == count(piece.indexed)


def test_chunk_carries_the_headings_above_and_quotes_its_lines() -> None:
    doc, (found,) = chunks("# Plan\n\n## 🎯 **Mes 5**\n\nInversión: $150K\n")

    assert found.indexed == "Plan > Mes 5\nInversión: $150K"
    assert (found.id, found.lines, found.text) == ("v1:0", (3, 5), "## 🎯 **Mes 5**\n\nInversión: $150K")


def test_heading_with_nothing_below_is_still_found() -> None:
    _, found = chunks("# Plan\n\n## Presupuesto pendiente\n")

    assert [piece.indexed for piece in found] == ["Plan > Presupuesto pendiente"]


def test_long_table_is_split_between_rows_and_repeats_its_header() -> None:
    doc, found = chunks("# T\n\n| Métrica | Meta |\n|---|---|\n" + "".join(f"| m{n} | {n}% |\n" for n in range(40)))

    assert len(found) > 3
    assert all("Métrica | Meta" in piece.indexed for piece in found)
    assert all(piece.lines[1] - piece.lines[0] < 14 for piece in found)
    assert_quotes(doc, found)


def test_split_list_is_told_its_label_again_and_no_label_is_left_behind() -> None:
    doc, found = chunks("# T\n\n**Tareas:**\n" + "".join(f"- [ ] tarea {n}\n" for n in range(30)) + "\n**Otras:**\n- una\n")

    assert all("Tareas" in piece.indexed or "Otras" in piece.indexed for piece in found)
    assert not any(piece.text.endswith("**Otras:**") for piece in found)
    assert_quotes(doc, found)


def test_front_matter_rules_and_drawings_are_not_indexed() -> None:
    _, found = chunks("---\ntitle: secreto\n---\n# P\n\n---\n\n```\n┌────┐\n│ ventas │\n└────┘\n```\n")

    assert [piece.indexed for piece in found] == ["P\nventas"]


def test_long_line_is_split_at_sentences_and_long_lines_are_quoted_in_parts() -> None:
    sentence = "Una frase de diez palabras que se repite hasta el final. "
    _, found = chunks(sentence * 200)

    assert len(found) > 5
    assert all(len(piece.indexed) <= MAX_CHARACTERS * 1.5 and piece.indexed.endswith(".") for piece in found)
    assert all(piece.text in sentence * 200 for piece in found)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab1 \n\n-*#|[]`:.\t\ré☐"), max_size=400))
def test_chunks_quote_the_document_whatever_it_is(text: str) -> None:
    doc, found = chunks(text)

    assert_quotes(doc, found)


def test_every_statement_of_the_reference_documents_can_be_found(shared: Path) -> None:
    for path in sorted((shared / "corpus" / "seeds").iterdir()):
        doc = parse(path.name, repair(path.read_bytes()).text)
        found = chunk(doc, "v1", count)
        covered = {line for piece in found for line in range(piece.lines[0], piece.lines[1] + 1)}
        spoken = {block.lines[0] for block in doc.blocks if block.kind in ("paragraph", "item", "row") and block.plain}
        assert spoken <= covered
        assert_quotes(doc, found)


def test_ten_thousand_nested_bullets_become_passages_of_bounded_length() -> None:
    bullets = "\n".join(f"{'  ' * (number % 60)}- paso {number}: 7%" for number in range(10_000))

    doc, found = chunks(f"# Pasos\n\n{bullets}\n")

    assert sum(block.kind == "item" for block in doc.blocks) == 10_000
    assert "paso 9999" in found[-1].text
    assert max(len(piece.indexed) for piece in found) < 3 * MAX_CHARACTERS
