"""What the text of each format looks like: headings, lists, boxes, tables, numbers as their reader sees them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from docx import Document
from openpyxl import Workbook

from retrieval.ingest.formats.convert import Conversion, convert
from retrieval.ingest.formats.numbers import shown
from tests.ingest import format_files as files


def text_of(content: bytes | str, suffix: str) -> str:
    """The Markdown of a file."""
    return conversion(content, suffix).text


def conversion(content: bytes | str, suffix: str) -> Conversion:
    """A file as it is converted."""
    return convert(content.encode() if isinstance(content, str) else content, suffix, f"plan{suffix}")


@pytest.mark.parametrize(
    ("value", "number_format", "told"),
    [
        (0.12, "0%", "12%"),
        (0.065, "0.0%", "6.5%"),
        (1200, '"$"#,##0', "$1,200"),
        (1200.5, "[$$-409]#,##0.00;[Red]\\-[$$-409]#,##0.00", "$1,200.50"),
        (-1200, '_("$"* #,##0_);_("$"* (#,##0);_("$"* "-"_)', "-$1,200"),
        (1234.5, "#,##0.00\\ [$€-C0A]", "1,234.50 €"),
        (45000, '$#,##0,"K"', "$45K"),
        (30, '0" días"', "30 días"),
        (4.5, "0.0x", "4.5x"),
        (2.5, "0.##", "2.5"),
        (0.1 + 0.2, "General", "0.3"),
        (1200.0, "General", "1200"),
        (12345678901234, "General", "12345678901234"),
        (0, '"$"#,##0;;"-"', "$0"),
        (True, "General", "TRUE"),
        (datetime(2026, 3, 31), "yyyy-mm-dd", "2026-03-31"),
        (date(2026, 3, 1), "mmm-yy", "2026-03"),
        (None, "General", ""),
    ],
)
def test_value_is_shown_as_its_format_says(value: object, number_format: str, told: str) -> None:
    assert shown(value, number_format) == told


def test_sheet_has_titles_several_tables_and_merged_heads() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Plan"
    cells = {
        "A1": "Métricas de ventas", "A3": "KPI", "B3": "2026", "B4": "Q1", "C4": "Q2", "A5": "MRR", "B5": 10, "C5": 20,
        "A6": "NPS", "B6": 40, "C6": 50, "A9": "Tarea", "B9": "Responsable", "A10": "Contratar", "B10": "Ana",
    }  # fmt: skip
    for place, value in cells.items():
        sheet[place] = value
    for merged in ("A1:C1", "B3:C3", "A3:A4"):
        sheet.merge_cells(merged)
    hidden = book.create_sheet("Borrador")
    hidden["A1"], hidden.sheet_state = "secreto", "hidden"
    book.create_sheet("Vacía")

    made = conversion(files.saved(book), ".xlsx")

    assert made.text == (
        "## Plan\n\n### Métricas de ventas\n\n| KPI | 2026 Q1 | 2026 Q2 |\n|---|---|---|\n"
        "| MRR | 10 | 20 |\n| NPS | 40 | 50 |\n\n"
        "| Tarea | Responsable |\n|---|---|\n| Contratar | Ana |\n"
    )


def test_rows_after_a_blank_one_go_on_with_their_table() -> None:
    made = text_of("KPI,Meta\nMRR,$45K\n\nNPS,60\n", ".csv")

    assert made == "| KPI | Meta |\n|---|---|\n| MRR | $45K |\n\n| NPS | 60 |\n"


def test_formula_is_read_by_its_value_and_one_without_is_said() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Concepto", "Monto"])
    sheet.append(["Total", "=SUM(B3:B9)"])
    sheet["A1048576"], sheet["XFD3"] = "lejos", 1

    made = conversion(files.saved(book), ".xlsx")

    assert [(what, why) for _, what, why in made.lost] == [("1", "formula_without_value")]
    assert "Total" in made.text


def test_calculated_value_of_a_formula_is_used() -> None:
    part = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        b'<c r="A1" t="inlineStr"><is><t>Total</t></is></c><c r="B1"><f>SUM(B2:B9)</f><v>45000</v></c></row>'
        b"</sheetData></worksheet>"
    )

    made = conversion(files.with_part(files.workbook(), "xl/worksheets/sheet1.xml", part), ".xlsx")

    assert "Total: 45000" in made.text
    assert made.lost == ()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separator_is_found(separator: str) -> None:
    made = text_of(f'KPI{separator}Meta{separator}Nota\nMRR{separator}45{separator}"a\nb"\n', ".csv")

    assert made == "| KPI | Meta | Nota |\n|---|---|---|\n| MRR | 45 | a b |\n"


def test_separator_beats_decimal_commas_and_the_first_line_may_name_it() -> None:
    table = "| KPI | Meta |\n|---|---|\n| Churn | 3,5% |\n| NPS | 4,5 |\n"

    assert text_of("KPI;Meta\nChurn;3,5%\nNPS;4,5\n", ".csv") == table
    assert text_of("sep=;\r\nKPI;Meta\r\nChurn;3,5%\r\nNPS;4,5\r\n", ".csv") == table


def test_word_keeps_headings_lists_boxes_bold_and_leaves_deleted_text() -> None:
    document = Document()
    document.add_heading("Plan", 0)
    document.add_heading("Metas", 1)
    bold = document.add_paragraph()
    bold.add_run("Churn:").bold = True
    bold.add_run(" menor a 5%")
    document.add_paragraph("Contratar", style="List Bullet")
    document.add_paragraph("Entrevistar", style="List Bullet 2")
    document.add_paragraph("☐ Llamar", style="List Bullet")
    document.add_paragraph("primero", style="List Number")
    document.add_paragraph("segundo", style="List Number")
    content = files.written(document)
    deleted = (
        '<w:p><w:del w:id="1"><w:r><w:delText>borrado</w:delText></w:r></w:del><w:sdt><w:sdtPr>'
        '<w14:checkbox xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"><w14:checked w14:val="1"/></w14:checkbox>'
        "</w:sdtPr><w:sdtContent><w:r><w:t>☒</w:t></w:r></w:sdtContent></w:sdt><w:r><w:t>Firmar</w:t></w:r></w:p>"
    )
    body = document.element.body.xml.rpartition("<w:sectPr")
    content = files.with_part(content, "word/document.xml", _document(body[0].partition(">")[2] + deleted))

    assert text_of(content, ".docx") == (
        "# Plan\n\n## Metas\n\n**Churn:** menor a 5%\n\n- Contratar\n  - Entrevistar\n"
        "- ☐ Llamar\n1. primero\n2. segundo\n\n[x] Firmar\n"
    )


def test_word_table_fills_merged_cells_and_a_frame_is_no_table() -> None:
    document = Document()
    table = document.add_table(rows=3, cols=3)
    for row, cells in enumerate((("Área", "2026", ""), ("Ventas", "MRR", "$45K"), ("", "NPS", "60"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(1, 0).merge(table.cell(2, 0))
    document.add_table(rows=1, cols=1).cell(0, 0).text = "Nota | importante"

    assert text_of(files.written(document), ".docx") == (
        "| Área | 2026 | 2026 |\n|---|---|---|\n| Ventas | MRR | $45K |\n| Ventas | NPS | 60 |\n\nNota | importante\n"
    )


def test_page_leaves_scripts_styles_and_hidden_parts() -> None:
    page = """<html><head><title>x</title><style>p {}</style></head><body><nav>menú</nav><h1>Plan</h1>
<script>alert(1)</script>    <p style="display: none">oculto</p><p>Meta: <b>churn</b> de<br>5%</p><ul><li>Uno
<ul><li><input type="checkbox" checked> Dos</li>
    </ul></li></ul><ol><li>Tres</li></ol><dl><dt>ROI</dt><dd>5:1</dd></dl>
    <table><tr><th rowspan="2">KPI<th colspan="2">2026</tr><tr><th>Q1<th>Q2</tr>
<tr><td>MRR<td>1 | 2<td>4</tr></table></body></html>"""

    assert text_of(page, ".html") == (
        "# Plan\n\nMeta: **churn** de\n5%\n\n- Uno\n  - [x] Dos\n1. Tres\n\nROI: 5:1\n\n"
        "| KPI | 2026 Q1 | 2026 Q2 |\n|---|---|---|\n| MRR | 1 \\| 2 | 4 |\n"
    )


def test_pdf_joins_wrapped_lines_finds_headings_and_items_and_leaves_page_numbers() -> None:
    width = "El equipo debe reducir el churn mensual de 6.5% a 3% durante los próximos meses con"
    first = [
        (72.0, 720.0, 18.0, True, "Plan de retención"),
        (72.0, 690.0, 11.0, False, width),
        (72.0, 676.0, 11.0, False, "una inversión de $25,000 en total."),
        (80.0, 650.0, 11.0, False, "• Llamar a los clientes"),
        (98.0, 636.0, 11.0, False, "– Lista de riesgo"),
        (72.0, 610.0, 11.0, True, "Meta:"),
        (104.0, 610.0, 11.0, False, "NPS de 60"),
        (280.0, 30.0, 9.0, False, "Página 1 de 2"),
    ]
    second = [
        (72.0, 720.0, 14.0, True, "Riesgos"),
        (72.0, 700.0, 11.0, False, "Ninguno."),
        (280.0, 30.0, 9.0, False, "Página 2 de 2"),
    ]

    made = conversion(files.pdf([first, second, []]), ".pdf")

    assert made.text == (
        f"# Plan de retención\n\n{width} una inversión de $25,000 en total.\n\n- Llamar a los clientes\n  - Lista de riesgo\n\n"
        "**Meta:** NPS de 60\n\n## Riesgos\n\nNinguno.\n"
    )
    assert [place.name for place in made.places] == ["p1", "p2"]
    assert [(what, why) for _, what, why in made.lost] == [("p3", "page_without_text")]


def test_damaged_encoding_of_a_csv_is_repaired_first(tmp_path: object) -> None:
    from pathlib import Path

    from copilot.domain.source import SourceFile
    from retrieval.ingest.source_text import source_text

    content = "Métrica;Meta\nRetención;95%\nSatisfacción;80%\nInversión año;10\n".encode("cp1252")

    made = source_text(SourceFile(path="plan.csv", content=content, sha256=""), Path("plan.csv"))

    assert made.text.startswith("| Métrica | Meta |")
    assert made.repairs


def _document(body: str) -> bytes:
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    return f"<w:document {names}><w:body>{body}</w:body></w:document>".encode()
