"""Files of every format, built here: the same plan in each, and the bad ones."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence

from docx import Document
from openpyxl import Workbook
from pypdf import PdfReader, PdfWriter

HEADER = ("KPI", "Actual", "Mes 3", "Mes 6")
ROWS = (
    ("Churn mensual", "6.5%", "5%", "3%"),
    ("MRR", "$45,000", "$80,000", "$120,000"),
    ("NPS", "32", "45", "60"),
)
STORED = {"%": (100, "0.0%"), "$": (1, '"$"#,##0')}
Text = tuple[float, float, float, bool, str]
"""Left, height over the page's lower edge, size, bold, words."""


def markdown() -> bytes:
    """The plan as everyone writes it."""
    rows = [HEADER, tuple("---" for _ in HEADER), *ROWS]
    return "\n".join(["## Ventas", "", *(f"| {' | '.join(row)} |" for row in rows), ""]).encode()


def workbook() -> bytes:
    """A table that begins at B3, its percentages and amounts as numbers with a format."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Ventas"
    for row, cells in enumerate((HEADER, *ROWS), start=3):
        for column, text in enumerate(cells, start=2):
            cell = sheet.cell(row, column)
            sign = text[-1] if text.endswith("%") else text[0]
            scale, number_format = STORED.get(sign, (1, "General"))
            bare = text.strip("%$").replace(",", "")
            is_number = bare.replace(".", "").isdigit()
            cell.value = float(bare) / scale if is_number else text
            cell.number_format = number_format.replace("0.0%", "0%") if is_number and "." not in bare else number_format
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The workbook's bytes."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def word() -> bytes:
    """The table under a heading."""
    document = Document()
    document.add_heading("Ventas", 2)
    table = document.add_table(rows=0, cols=len(HEADER))
    for row in (HEADER, *ROWS):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    return written(document)


def written(document: object) -> bytes:
    """The Word document's bytes."""
    stream = io.BytesIO()
    document.save(stream)  # type: ignore[attr-defined]  # what Document() makes has no public type
    return stream.getvalue()


def separated(separator: str = ",") -> bytes:
    """The table alone."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows((HEADER, *ROWS))
    return stream.getvalue().encode()


def web() -> bytes:
    """The table on a page."""
    rows = ["".join(f"<td>{cell}</td>" for cell in row) for row in ROWS]
    head = "".join(f"<th>{cell}</th>" for cell in HEADER)
    body = "\n".join(f"<tr>{row}</tr>" for row in (head, *rows))
    return f"<html><body>\n<h2>Ventas</h2>\n<table>\n{body}\n</table>\n</body></html>".encode()


def pages() -> bytes:
    """The table on the second page."""
    table = [
        (80.0 + 110 * column, 640.0 - 20 * row, 10.0, row == 0, text)
        for row, cells in enumerate((HEADER, *ROWS))
        for column, text in enumerate(cells)
    ]
    cover = [(80.0, 700.0, 10.0, False, "Documento interno del equipo comercial para este año.")]
    return pdf([cover, [(80.0, 700.0, 16.0, True, "Ventas"), *table]])


def pdf(contents: Sequence[Sequence[Text]], *, image: bool = False) -> bytes:
    """A PDF with these words on its pages; with `image`, a picture over each page as well."""
    picture = b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>"
    fonts = [
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
        for name in ("Helvetica", "Helvetica-Bold")
    ]
    objects = [b"", b"", *(font.encode() for font in fonts), picture + b"\nstream\n\x80\nendstream"]
    kids = []
    for content in contents:
        stream = b"".join(_shown(text) for text in content) + (b"q 612 0 0 792 0 0 cm /Im1 Do Q" if image else b"")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        resources = "<< /Font << /F1 3 0 R /F2 4 0 R >> /XObject << /Im1 5 0 R >> >>"
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources {resources} /Contents {len(objects)} 0 R >>"
        objects.append(page.encode())
        kids.append(f"{len(objects)} 0 R")
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    made = b"%PDF-1.4\n"
    starts = []
    for number, written_object in enumerate(objects, start=1):
        starts.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, written_object)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table) + trailer


def encrypted_pdf() -> bytes:
    """The table behind a password."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pages())))
    writer.encrypt("secreto", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """An archive with one part replaced or added."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            if one != name:
                new.writestr(one, old.read(one))
        new.writestr(name, part)
    return made.getvalue()


def _shown(text: Text) -> bytes:
    left, height, size, is_bold, words = text
    told = words.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"BT /F%d %g Tf %g %g Td (%s) Tj ET\n" % (2 if is_bold else 1, size, left, height, told)
