"""Boxes, their sub-items, parents, labels and dates."""

from __future__ import annotations

import pytest

from copilot.domain.fact import Extraction, TaskFact
from retrieval.extract.tasks import extract_tasks
from retrieval.ingest.blocks import parse

PLAN = """# Plan de apertura

## Fase 1: Arranque (Meses 1-2)

**Actividades clave:**
- [ ] Elegir el **local**
- [x] Firmar el contrato

### Mes 2: Obra
- [ ] Reformar la planta baja
  - Pedir tres ofertas
  - Elegir contratista
    - Revisar el seguro
  - [ ] Pagar la señal
1. **Lunes:** Revisar la obra
- [ ] **Martes**: Llamar al arquitecto
"""


def read(text: str) -> Extraction:
    return extract_tasks(parse("plan.md", text))


def tasks(text: str) -> dict[str, TaskFact]:
    return {fact.text: fact for fact in read(text).facts if isinstance(fact, TaskFact)}


def test_every_box_is_a_task_without_its_marks() -> None:
    assert list(tasks(PLAN)) == [
        "Elegir el local",
        "Firmar el contrato",
        "Reformar la planta baja",
        "Pagar la señal",
        "Revisar la obra",
        "Llamar al arquitecto",
    ]


def test_empty_box_is_not_ticked_and_weekday_item_without_a_box_is_unmarked() -> None:
    found = tasks(PLAN)

    assert found["Firmar el contrato"].done is True
    assert found["Elegir el local"].done is False
    assert found["Revisar la obra"].done is None


def test_bullets_below_a_box_are_its_subitems_and_boxes_are_tasks_of_their_own() -> None:
    task = tasks(PLAN)["Reformar la planta baja"]

    assert [(item.text, item.line) for item in task.subitems] == [
        ("Pedir tres ofertas", 11),
        ("Elegir contratista", 12),
        ("Revisar el seguro", 13),
    ]
    assert tasks(PLAN)["Pagar la señal"].parent == "Reformar la planta baja"


def test_label_above_the_list_is_kept() -> None:
    assert tasks(PLAN)["Elegir el local"].label == "Actividades clave"


def test_weekday_is_taken_off_the_text() -> None:
    assert tasks(PLAN)["Llamar al arquitecto"].weekday == "Martes"
    assert tasks(PLAN)["Revisar la obra"].weekday == "Lunes"


def test_period_comes_from_the_nearest_heading() -> None:
    found = tasks(PLAN)

    assert found["Elegir el local"].period == "Fase 1 (Meses 1-2)"
    assert found["Reformar la planta baja"].period == "Mes 2"


def test_own_date_comes_before_the_heading() -> None:
    found = tasks("## Mes 2\n- [ ] Abrir al público (Semana 6)\n- [ ] Revisar los datos del Mes 1\n")

    assert found["Abrir al público (Semana 6)"].period == "Semana 6"
    assert found["Revisar los datos del Mes 1"].period == "Mes 2"


def test_label_that_dates_its_list_comes_before_the_heading() -> None:
    assert tasks("## Fase 2 (Meses 3-6)\n\n**Semana 9: Pruebas**\n- [ ] Probar la caja\n")["Probar la caja"].period == "Semana 9"


@pytest.mark.parametrize(
    "line", ["☐ Pintar la fachada", "- ☐ Pintar la fachada", "* [ ] Pintar la fachada", "- [ ] Pintar la fachada:"]
)
def test_boxes_of_any_shape_are_read(line: str) -> None:
    assert tasks(f"# Obra\n\n{line}\n")["Pintar la fachada"].done is False


def test_ticked_glyph_is_done() -> None:
    assert tasks("# Obra\n\n- ☑ Pintar la fachada\n")["Pintar la fachada"].done is True


def test_box_in_a_table_cell_makes_its_row_a_task() -> None:
    found = tasks("| Hecho | Tarea |\n|---|---|\n| [x] | Contratar cocinero |\n| [ ] | Probar el menú |\n")

    assert (found["Contratar cocinero"].done, found["Probar el menú"].done) == (True, False)


def test_boxes_in_a_plain_fence_are_tasks_and_in_code_are_not() -> None:
    found = tasks("## Mes 1\n```\nTienda:\n- [ ] Pintar\n- [x] Limpiar\n```\n\n```python\n- [ ] no\n```\n")

    assert [(task.text, task.done, task.label, task.lines, task.period) for task in found.values()] == [
        ("Pintar", False, "Tienda", (4, 4), "Mes 1"),
        ("Limpiar", True, "Tienda", (5, 5), "Mes 1"),
    ]


def test_blank_to_fill_in_is_no_task() -> None:
    found = read("- [ ] [Tarea 1]\n- [ ] Responsable: [Nombre]\n- [ ] Escribir a [cliente] con la oferta\n")

    assert [fact.raw for fact in found.facts] == ["Escribir a [cliente] con la oferta"]
    assert [(lost.line, lost.reason) for lost in found.dropped] == [(1, "placeholder"), (2, "placeholder")]


def test_opening_hours_are_no_tasks() -> None:
    assert not tasks("## Horario\n1. **Lunes:** 9:00 - 18:00\n")


def test_advice_for_a_weekday_is_no_task_outside_a_plan_week() -> None:
    assert not tasks("## Cuándo enviar\n- **Lunes:** Evitar envíos largos\n")


def test_numbers_and_quote_stand_on_the_cited_line() -> None:
    doc = parse("plan.md", PLAN)

    for fact in extract_tasks(doc).facts:
        assert fact.raw in doc.lines[fact.lines[0] - 1]
        assert fact.quote == doc.quote(fact.lines)
