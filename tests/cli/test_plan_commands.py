"""Commands that show the compiled plan, on the sample plans."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Rumbo


def test_metrics_are_listed_with_value_and_source(plans: Rumbo) -> None:
    done = plans("kpi", "list", "--document", "palancas", "--period", "Mes 6")

    assert done.code == 0
    (line,) = [line for line in done.out.splitlines() if line.startswith("MRR ")]
    assert "$120,000" in line
    assert line.endswith("palancas_crecimiento.md:142")


def test_a_period_is_not_a_longer_one_that_begins_like_it(plans: Rumbo) -> None:
    rows = plans("kpi", "list", "--document", "palancas", "--period", "Mes 1", "--json").json()

    assert {row["period"] for row in rows} <= {"Mes 1"}


def test_piped_tables_are_plain_text_without_tabs_or_colour(plans: Rumbo) -> None:
    out = plans("kpi", "list").out

    assert "\t" not in out
    assert "\x1b" not in out


def test_json_lists_carry_every_source(plans: Rumbo) -> None:
    rows = plans("kpi", "show", "MRR", "--json").json()

    assert rows
    assert all(row["sources"][0].keys() == {"document", "lines"} for row in rows)


def test_an_unknown_metric_names_near_ones(plans: Rumbo) -> None:
    done = plans("kpi", "show", "MMR")

    assert done.code == 2
    assert "MRR" in done.err


def test_an_unknown_document_names_near_ones(plans: Rumbo) -> None:
    done = plans("task", "list", "--document", "palancas_crecimento.md")

    assert done.code == 2
    assert "palancas_crecimiento.md" in done.err


def test_tasks_can_be_narrowed_to_the_open_ones(plans: Rumbo) -> None:
    every = plans("task", "list", "--json").json()
    still_open = plans("task", "list", "--open", "--json").json()
    ticked = plans("task", "list", "--done", "--json").json()

    assert still_open
    assert not any(row["done"] for row in still_open)
    assert len(still_open) + len(ticked) <= len(every)


def test_risks_and_phases_are_listed(plans: Rumbo) -> None:
    assert plans("risk", "list", "--json").json()
    assert plans("phase", "list", "--json").json()


def test_conflicts_show_both_values_with_their_sources(plans: Rumbo) -> None:
    found = plans("conflicts", "--json").json()

    assert found
    assert all(len(conflict["values"]) >= 2 for conflict in found)
    assert all(value["citation"]["lines"] for conflict in found for value in conflict["values"])


def test_conflicts_of_a_document_all_name_it(plans: Rumbo) -> None:
    found = plans("conflicts", "--document", "operaciones", "--json").json()

    assert found
    assert all("operaciones_servicio.md" in json.dumps(conflict) for conflict in found)


def test_roi_from_numbers_names_its_sense_and_formula(rumbo: Rumbo) -> None:
    made = rumbo("roi", "--cost", "200000", "--return", "500K", "--json").json()

    assert [(step["name"], step["result"], step["unit"]) for step in made["calculations"]] == [
        ("ROI (net)", 150, "%"),
        ("ROI (gross)", 2.5, "ratio"),
    ]


def test_roi_of_a_plan_entry_shows_where_its_inputs_stand(plans: Rumbo) -> None:
    done = plans("roi", "Alta guiada", "--document", "operaciones")

    assert "(150000 - 60000) / 60000 * 100 = 150%" in done.out
    assert "operaciones_servicio.md:84" in done.out


def test_roi_needs_an_item_or_both_numbers(rumbo: Rumbo) -> None:
    assert rumbo("roi", "--cost", "5").code == 2
    assert rumbo("roi").code == 2
    assert "'many'" in rumbo("roi", "--cost", "many", "--return", "5").err


def test_export_is_one_json_object_a_line_with_document_and_lines(plans: Rumbo) -> None:
    rows = [json.loads(line) for line in plans("export", "--format", "jsonl").out.splitlines()]

    assert {"kpi", "finance", "task", "risk", "phase", "conflict"} <= {row["kind"] for row in rows}
    assert all(len(row["lines"]) == 2 for row in rows if row["kind"] != "conflict")


def test_export_of_one_document_holds_no_other(plans: Rumbo) -> None:
    rows = [json.loads(line) for line in plans("export", "--document", "plan_antichurn.md").out.splitlines()]

    assert {row["document"] for row in rows if row["kind"] != "conflict"} == {"plan_antichurn.md"}


def test_a_merged_export_has_entries_with_their_mentions(plans: Rumbo) -> None:
    rows = [json.loads(line) for line in plans("export", "--merged").out.splitlines()]

    assert all(row["mentions"] for row in rows if row["kind"] != "conflict")


def test_an_unknown_export_format_names_the_known_ones(plans: Rumbo) -> None:
    done = plans("export", "--format", "xml")

    assert done.code == 2
    assert "jsonl" in done.err


def test_a_start_is_set_and_listed(rumbo: Rumbo, tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_text("# Plan\n\n- **NPS**: 60\n", encoding="utf-8")
    rumbo("ingest", str(tmp_path))

    assert rumbo("plan", "start", "plan.md", "2026-03-31").code == 0
    assert rumbo("documents", "list", "--json").json()[0]["start"] == "2026-03-31"


def test_a_start_that_is_no_date_is_refused(plans: Rumbo) -> None:
    done = plans("plan", "start", "plan_antichurn.md", "31/03/2026")

    assert done.code == 2
    assert "2026-03-31" in done.err


def test_documents_are_listed_and_shown(plans: Rumbo) -> None:
    listed = plans("documents", "list", "--json").json()
    shown = plans("documents", "show", "plan_antichurn.md", "--json").json()

    assert len(listed) == 6
    assert shown["facts"]["kpi"] > 0
    assert all(item["reason"] for item in shown["dropped"])


def test_the_text_of_a_document_is_numbered_as_citations_are(plans: Rumbo) -> None:
    line = plans("documents", "show", "palancas_crecimiento.md", "--text").out.splitlines()[141]

    assert line.lstrip().startswith("142  | MRR |")


def test_a_removed_document_is_gone_from_lists_search_and_export(rumbo: Rumbo, tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_text("# Plan\n\n- **NPS**: 60\n", encoding="utf-8")
    (tmp_path / "other.md").write_text("# Other\n\n- **MRR**: $45K\n", encoding="utf-8")
    rumbo("ingest", str(tmp_path))

    assert rumbo("documents", "remove", "plan.md", "--yes").code == 0

    assert [row["document"] for row in rumbo("documents", "list", "--json").json()] == ["other.md"]
    assert rumbo("search", "NPS", "--json").json() == []
    assert "plan.md" not in rumbo("export").out


def test_a_document_is_removed_only_after_a_yes(rumbo: Rumbo, tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_text("# Plan\n\n- **NPS**: 60\n", encoding="utf-8")
    rumbo("ingest", str(tmp_path))

    assert rumbo("documents", "remove", "plan.md", typed="n\n").code == 1
    assert len(rumbo("documents", "list", "--json").json()) == 1
