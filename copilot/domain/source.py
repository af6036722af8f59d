r"""Documents on their way from bytes to citable text: files, blocks, chunks, spans.

Lines are split on `\n` only, are numbered from 1, and never change their number: a citation's line is the line of
the file as the user has it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

Lines = tuple[int, int]
"""First and last line, 1-based, both included."""

BlockKind = Literal["front_matter", "heading", "paragraph", "item", "row", "code", "quote", "html", "rule"]


class Frozen(BaseModel):
    """Base of every value that passes between rooms: immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceFile(Frozen):
    """A file as it arrived."""

    path: str
    """POSIX path relative to the ingested folder; the document's name everywhere."""
    content: bytes
    sha256: str


class Repair(Frozen):
    """One kind of damage that was found and mended."""

    damage: str
    """`utf-8 read as cp1254`, `utf-8 read as gb2312`, `mac_roman`, `utf-16`, `nul`, `byte order mark` ..."""
    lines: int
    """Number of lines changed."""
    example: str = ""
    """One repaired word, before and after."""


class Place(Frozen):
    """Where lines of a converted document stand in the file itself: a page, rows of a sheet."""

    lines: Lines
    """Of the repaired text."""
    name: str
    """`p3`, `Ventas!`; shown behind the document's name."""
    number: int | None = None
    """Row of the first line, further lines are the rows below it; None where all lines are in one place."""

    def label(self, line: int) -> str:
        """`p3`, `Ventas!12`."""
        return self.name if self.number is None else f"{self.name}{self.number + line - self.lines[0]}"


class RepairedText(Frozen):
    """The text facts are cited from."""

    text: str
    repairs: tuple[Repair, ...] = ()


class Block(Frozen):
    """One structural unit of a document: a heading, a paragraph, a list item, a table row."""

    kind: BlockKind
    lines: Lines
    """Lines of the block itself; an item without its nested items."""
    text: str
    """Source text without the block's own marker (`#`, `-`, `1.`, `[ ]`, `>`, `|`), inline marks kept; lines joined by \n."""
    plain: str
    """`text` without inline marks (bold, emphasis, code, links keep their label), emoji and outer white space."""
    heading_path: tuple[str, ...] = ()
    """Plain texts of the headings above, outermost first; a heading's own path ends with itself."""
    level: int = 0
    """Heading: 1-6. Item: depth, 0 for the outermost list."""
    marker: str | None = None
    """Item: its list marker, `-`, `*`, `+` or `3.`."""
    checked: bool | None = None
    """Item with a checkbox: ticked or not; None without a box."""
    parent: int | None = None
    """Item: index, in the document's blocks, of the item it is nested in."""
    label: str | None = None
    """Plain text of the line that introduces the list or table this block belongs to (`Actividades Clave`), without its colon."""
    label_line: int | None = None
    cells: tuple[str, ...] = ()
    """Row: plain text of its cells, padded or cut to the header's length."""
    header: tuple[str, ...] = ()
    """Row: plain texts of the table's header cells. The header row itself is a row whose cells equal its header."""
    table: int | None = None
    """Row: number of the table within the document, from 0."""
    fact_id: str | None = None
    """The block is no line of the file: it states this fact as a person put it, beside the line the fact stands on."""


class ParsedDocument(Frozen):
    """A repaired document and its structure; what extractors and the chunker read."""

    document: str
    title: str
    language: str
    """Two letters: es, en, pt, fr; the best guess for the whole document."""
    lines: tuple[str, ...]
    """Repaired text, split on \n."""
    blocks: tuple[Block, ...]
    front_matter: dict[str, str] = {}
    sha256: str = ""
    places: tuple[Place, ...] = ()
    """Of a document that was converted, by line; empty for text."""
    corrections: dict[int, str] = {}
    """By line, what people made of the facts there, with who did; `lines` are as in the file, `blocks` as corrected."""

    def place(self, lines: Lines) -> str | None:
        """Page, or sheet and row, of these lines in the file: `p3`, `Ventas!12`, `Ventas!12-15`; None for text."""
        return place_of(self.places, lines)

    def quote(self, lines: Lines) -> str:
        """The repaired text of these lines."""
        return "\n".join(self.lines[lines[0] - 1 : lines[1]])

    def citation(self, lines: Lines, heading_path: tuple[str, ...] = ()) -> Citation:
        """These lines, with their page or row and what people corrected on them."""
        told = [said for line, said in self.corrections.items() if lines[0] <= line <= lines[1]]
        return Citation(
            document=self.document,
            lines=lines,
            heading_path=heading_path,
            quote=self.quote(lines),
            place=self.place(lines),
            correction="\n".join(told) or None,
        )


BESIDE = ("journal/", "computed/")
"""Beginnings of the document names of citations that stand for a reading, a task's state or a computed date."""


class Citation(Frozen):
    """Where a statement stands. `quote` equals the repaired text of the lines."""

    document: str
    lines: Lines
    heading_path: tuple[str, ...] = ()
    quote: str
    n: int = 0
    """Number within an answer, from 1; 0 while unnumbered."""
    place: str | None = None
    """Page, or sheet and row, in a file that is no text: `p3`, `Ventas!12`."""
    correction: str | None = None
    """What a person made of a fact on these lines, and who: `NPS: 65 (local:ana)`; the quote stays as the file has it."""

    @property
    def label(self) -> str:
        """`file.md:12`, `file.md:12-15`; `plan.pdf#p3`, `plan.xlsx#Ventas!12`; what stands in no document in its own words."""
        if self.document.startswith(BESIDE):
            return self.quote
        if self.place:
            return f"{self.document}#{self.place}"
        first, last = self.lines
        return f"{self.document}:{first}" if first == last else f"{self.document}:{first}-{last}"


class Chunk(Frozen):
    """A passage to search: never crosses a heading, a table only split between rows."""

    id: str
    """`<document version id>:<ordinal>`, so that hits of a replaced version are recognised."""
    document: str
    lines: Lines
    heading_path: tuple[str, ...] = ()
    text: str
    """Bare text of the lines, for quoting."""
    indexed: str
    """What is indexed and embedded: heading path, table header, text."""
    language: str = "es"
    tokens: int = 0
    place: str | None = None
    """As in a citation."""


class Collection(Frozen):
    """A set of vectors, and the model that makes more of them."""

    name: str
    model: str
    """As its embedder calls it."""


class Hit(Frozen):
    """A search result, best first."""

    chunk: Chunk
    score: float
    """0..1, 1 for the best of its query."""


class Found(Frozen):
    """What a search found, best first."""

    hits: tuple[Hit, ...] = ()
    trouble: str | None = None
    """Code of the OperatorMustFix that kept the vectors out of it; None when all went well."""


def place_of(places: Sequence[Place], lines: Lines) -> str | None:
    """One label for these lines; lines between two places have that of their neighbours within."""
    first = bisect_left(places, lines[0], key=lambda place: place.lines[1])
    last = first
    while last + 1 < len(places) and places[last + 1].lines[0] <= lines[1]:
        last += 1
    if first >= len(places) or places[first].lines[0] > lines[1]:
        return None
    start, end = places[first], places[last]
    head = start.label(max(lines[0], start.lines[0]))
    tail = end.label(min(lines[1], end.lines[1]))
    if head == tail:
        return head
    same = start.number is not None and start.name == end.name
    return f"{head}-{tail.removeprefix(end.name) if same else tail}"
