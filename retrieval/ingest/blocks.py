r"""Structure of a document: repaired text to blocks with the lines they stand on. Knows nothing of what blocks mean.

markdown-it finds the blocks; what these documents need beyond CommonMark is decided here: every source line of a paragraph is
a statement of its own, an item's parent follows from its indentation (two spaces under `1.` are meant as nesting), indented
text is never code, and lines the parser does not deliver (nesting too deep, a fence left open) are still statements.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token

from copilot.domain.source import Block, ParsedDocument, Place
from retrieval.ingest.drafts import Draft, Drafts
from retrieval.ingest.front_matter import front_matter
from retrieval.ingest.table import is_delimiter, is_row
from retrieval.language.detect import guess_language

_MAX_NESTING = 60
_LANGUAGE_SAMPLE = 40_000

# The parser would take \r, NUL and exotic blanks for line ends or text; one for one, so that offsets and lines stay.
_BLANKS = str.maketrans(
    {chr(code): " " for code in (0x0, 0xB, 0xC, 0xD, 0x1C, 0x1D, 0x1E, 0x1F, 0x85, 0xA0, 0x2028, 0x2029, 0x202F)}
)
_FENCE = re.compile(r"[\s>]*(`{3,}|~{3,})")
_MAX_SETEXT = 80


def parse(document: str, text: str, *, sha256: str = "", places: Sequence[Place] = ()) -> ParsedDocument:
    """Blocks of a repaired document, in order of their lines; never fails, whatever the text."""
    lines = tuple(text.split("\n"))
    keys, header_lines = front_matter(lines)
    drafts = Drafts()
    if header_lines:
        drafts.add(Draft("front_matter", (1, header_lines), "\n".join(lines[:header_lines])))
    source = [""] * header_lines + [line.translate(_BLANKS) for line in lines[header_lines:]]
    _Walk(drafts, source).read(_tokens(source))
    blocks = drafts.blocks()
    return ParsedDocument(
        document=document,
        title=_title(document, blocks, keys),
        language=_language(blocks, keys),
        lines=lines,
        blocks=blocks,
        front_matter=keys,
        sha256=sha256,
        places=tuple(places),
    )


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable("table")
    parser.disable(["code", "reference"])
    # Inline marks are read by `inline.plain`; the parser's inline pass would be the slow half.
    parser.core.ruler.enableOnly(["block"])
    return parser


def _tokens(source: list[str]) -> list[Token]:
    """Block tokens; a fence that is never closed is taken for a slip, else it would hide the rest of the document."""
    lines = list(source)
    for _ in range(3):
        tokens = _parser().parse("\n".join(lines))
        opened = next((t.map[0] for t in reversed(tokens) if t.type == "fence" and t.map and not _closed(t, lines)), None)
        if opened is None:
            break
        lines[opened] = ""
    return tokens


def _closed(token: Token, lines: Sequence[str]) -> bool:
    assert token.map is not None
    last = lines[min(token.map[1], len(lines)) - 1].strip().lstrip("> ")
    return token.map[1] - token.map[0] > 1 and last.startswith(token.markup) and not last.strip(token.markup[0])


class _Walk:
    """Reads block tokens into drafts; then the lines no token covered."""

    def __init__(self, drafts: Drafts, source: Sequence[str]) -> None:
        self._drafts = drafts
        self._source = source
        self._quotes = 0
        self._covered = bytearray(len(source))
        self._item_line: int | None = None

    def read(self, tokens: Sequence[Token]) -> None:
        """Add a draft for every token that is a block, and for every line left over."""
        for index, token in enumerate(tokens):
            if token.type == "blockquote_open":
                self._quotes += 1
            elif token.type == "blockquote_close":
                self._quotes -= 1
            elif token.map is not None:
                self._open(token, tokens[index + 1] if index + 1 < len(tokens) else token)
        self._leftovers()

    def _open(self, token: Token, following: Token) -> None:
        assert token.map is not None
        first, end = token.map[0], token.map[1]
        if token.type == "list_item_open":
            self._item(token, first, is_cut_off=following.type == "list_item_close")
        elif token.type == "heading_open":
            self._heading(token, following.content, first, end)
        elif token.type == "paragraph_open":
            self._paragraph(following.content.split("\n"), first)
        elif token.type == "table_open":
            self._table(first, end)
        elif token.type == "fence":
            self._cover(first, end)
            self._drafts.add(Draft("code", (first + 1, end), token.content.rstrip("\n")), indent=self._indent(first))
        elif token.type == "html_block":
            self._cover(first, end)
            self._drafts.add(Draft("html", (first + 1, end), "\n".join(self._source[first:end]).strip()))
        elif token.type == "hr":
            self._cover(first, end)
            self._drafts.add(Draft("rule", (first + 1, end), self._source[first].strip()))

    def _item(self, token: Token, line: int, *, is_cut_off: bool) -> None:
        marker = f"{token.info}{token.markup}" if token.info else token.markup
        self._cover(line, line + 1)
        again = 2 if self._item_line == line and self._drafts.last_is_item_at(line + 1) else 0
        indent = self._drafts.last_indent + again if again else self._indent(line)
        # At its deepest level the parser drops what an item says.
        text = self._source[line].lstrip(" \t>")[len(marker) :].strip() if is_cut_off and not again else ""
        self._drafts.add_item(line + 1, text, marker, indent)
        self._item_line = line

    def _heading(self, token: Token, content: str, first: int, end: int) -> None:
        if token.markup == "-" and not _is_setext(content):
            # `---` right under a statement is a rule in these documents.
            self._paragraph(content.split("\n"), first)
            self._cover(end - 1, end)
            self._drafts.add(Draft("rule", (end, end), self._source[end - 1].strip()))
        elif self._quotes or self._item_line == first:
            self._paragraph(content.split("\n"), first)
            self._cover(first, end)
        else:
            self._cover(first, end)
            self._drafts.add(Draft("heading", (first + 1, end), content.replace("\n", " "), level=int(token.tag[1])))

    def _paragraph(self, rows: list[str], first: int) -> None:
        self._cover(first, first + len(rows))
        if self._drafts.last_is_item_at(first + 1) and self._item_line == first:
            self._drafts.fill_item(rows[0].strip())
            self._item_line = None
            rows, first = rows[1:], first + 1
            self._continuation(rows, first)
        else:
            self._statements(rows, first)

    def _continuation(self, rows: list[str], first: int) -> None:
        """Lines after an item's own: part of the item, unless they are statements beside or under it."""
        for offset, row in enumerate(rows):
            line = first + offset
            bare = row.strip()
            if not self._drafts.continues_item(line + 1, bare, self._indent(line)):
                self._statements(rows[offset:], line)
                return
            self._drafts.extend_item(line + 1, bare)

    def _statements(self, rows: list[str], first: int) -> None:
        offset = 0
        while offset < len(rows):
            run = _pipe_run(rows, offset)
            if run:
                self._table(first + offset, first + offset + run)
                offset += run
                continue
            line, bare = first + offset, rows[offset].strip()
            if bare:
                self._drafts.add_statement(line + 1, bare, self._indent(line), quoted=self._quotes > 0)
            offset += 1

    def _table(self, first: int, end: int) -> None:
        self._cover(first, end)
        rows = [(first + offset + 1, self._bare(first + offset)) for offset in range(end - first)]
        table = [row for row in rows if "|" in row[1]]
        self._drafts.add_table(table, indent=self._indent(first))
        for line, bare in rows:
            # GFM takes the line under a table for a row with one cell; here it is the next statement.
            if "|" not in bare and bare:
                self._drafts.add_statement(line, bare, self._indent(line - 1), quoted=self._quotes > 0)

    def _leftovers(self) -> None:
        for line, row in enumerate(self._source):
            if not self._covered[line] and row.strip() and not _FENCE.match(row):
                self._drafts.add_statement(line + 1, row.strip(), self._indent(line), quoted=False)

    def _cover(self, first: int, end: int) -> None:
        end = min(end, len(self._source))
        self._covered[first:end] = b"\x01" * max(0, end - first)

    def _bare(self, line: int) -> str:
        return self._source[line].strip().lstrip("> ") if self._quotes else self._source[line].strip()

    def _indent(self, line: int) -> int:
        row = self._source[line]
        if self._quotes:
            row = row.lstrip(" >")
            return len(self._source[line]) - len(row)
        head = row[: len(row) - len(row.lstrip())]
        return len(head.expandtabs(4))


def _is_setext(content: str) -> bool:
    return "\n" not in content and len(content) <= _MAX_SETEXT and not content.startswith("**") and content[-1:] not in ".:;,"


def _pipe_run(rows: Sequence[str], start: int) -> int:
    """Number of rows of a pipe table that starts here, 0 where none does."""
    end = start
    while end < len(rows) and (is_row(rows[end]) or (end > start and is_delimiter(rows[end]))):
        end += 1
    has_delimiter = end - start > 1 and is_delimiter(rows[start + 1])
    return end - start if has_delimiter or end - start > 1 or (end > start and rows[start].strip().endswith("|")) else 0


def _title(document: str, blocks: Sequence[Block], keys: dict[str, str]) -> str:
    headings = [block for block in blocks if block.kind == "heading" and block.plain]
    top = next((block.plain for block in headings if block.level == 1), None)
    return top or keys.get("title", "").strip() or (headings[0].plain if headings else PurePosixPath(document).stem)


def _language(blocks: Sequence[Block], keys: dict[str, str]) -> str:
    stated = (keys.get("language") or keys.get("lang") or "").strip().lower()[:2]
    if stated in ("es", "en", "pt", "fr"):
        return stated
    sample: list[str] = []
    length = 0
    for block in blocks:
        if block.kind in ("heading", "paragraph", "item", "row", "quote"):
            sample.append(block.plain[:2000])
            length += len(sample[-1])
        if length > _LANGUAGE_SAMPLE:
            break
    return guess_language("\n".join(sample))
