"""Office files through the front door: the same facts as Markdown, cited by page, sheet and row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from copilot.bootstrap import Workspace
from copilot.domain.access import Principal, Role
from copilot.domain.answer import Question
from copilot.domain.fact import KpiFact
from copilot.domain.source import Citation, Place, place_of
from copilot.settings import Settings
from retrieval.ingest.blocks import parse
from retrieval.ingest.reader import discover
from tests.ingest import format_files as files

ANA = Principal(id="local:ana", role=Role.admin)
MAKERS: dict[str, Callable[[], bytes]] = {
    "xlsx": files.workbook,
    "docx": files.word,
    "pdf": files.pages,
    "csv": files.separated,
    "html": files.web,
    "md": files.markdown,
}
CHURN_AT = {"xlsx": "Ventas!4", "docx": "table1!2", "pdf": "p2", "csv": "2", "html": "L5"}


@dataclass(frozen=True)
class Taken:
    """All formats of one plan, taken into one workspace."""

    workspace: Workspace
    folder: Path

    def metrics(self, suffix: str) -> list[KpiFact]:
        """The metrics of the plan in this format."""
        facts = self.workspace.plans.facts(ANA, documents=[f"plan.{suffix}"])
        return [fact for fact in facts if isinstance(fact, KpiFact)]


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    """The plan in every format; tests that change something do so in files of their own."""
    folder = tmp_path_factory.mktemp("plans")
    for suffix, made in MAKERS.items():
        (folder / f"plan.{suffix}").write_bytes(made())
    workspace = Workspace(Settings(home=folder / ".home"))
    reports = workspace.ingest([folder]).documents
    assert {report.status for report in reports} == {"ingested"}, reports
    yield Taken(workspace, folder)
    workspace.close()


def said(fact: KpiFact) -> tuple[object, ...]:
    """What a fact states, whatever file it stands in."""
    return fact.name, fact.period, fact.role, fact.comparator, fact.value, fact.unit, fact.baseline, fact.in_table


@pytest.mark.parametrize("suffix", CHURN_AT)
def test_a_table_says_the_same_in_every_format_and_is_cited_where_it_stands(taken: Taken, suffix: str) -> None:
    facts, wanted = taken.metrics(suffix), taken.metrics("md")

    assert len(wanted) > 5
    assert [said(fact) for fact in facts] == [said(fact) for fact in wanted]
    assert {fact.citation().label for fact in facts if "Churn" in fact.name} == {f"plan.{suffix}#{CHURN_AT[suffix]}"}


@pytest.mark.parametrize("suffix", CHURN_AT)
def test_quotes_are_the_text_that_is_kept_and_the_bytes_are_kept_too(taken: Taken, suffix: str) -> None:
    name, plans = f"plan.{suffix}", taken.workspace.plans

    parsed = parse(name, plans.text(ANA, name), places=plans.places(ANA, name))

    assert [fact.quote for fact in taken.metrics(suffix)] == [parsed.quote(fact.lines) for fact in taken.metrics(suffix)]
    assert plans.original(ANA, name) == (taken.folder / name).read_bytes()


async def test_an_answer_names_the_sheet_and_the_row(taken: Taken) -> None:
    question = Question(text="¿Cuál es la meta de churn mensual en el Mes 6?", documents=("plan.xlsx",))

    answer = await taken.workspace.copilot.ask(ANA, question)

    assert "3%" in answer.answer
    assert "plan.xlsx#Ventas!4" in {citation.label for citation in answer.citations}


def test_passages_found_by_search_name_their_place(taken: Taken) -> None:
    hits = taken.workspace.search(ANA, "churn mensual", documents=["plan.xlsx"], k=3)

    assert {hit.chunk.place for hit in hits} == {"Ventas!3-6"}


def test_an_export_names_the_place_of_facts_that_have_one(taken: Taken) -> None:
    assert taken.metrics("xlsx")[0].exported()["place"] == "Ventas!4"
    assert "place" not in taken.metrics("md")[0].exported()


def test_an_unchanged_file_is_not_read_again_and_a_moved_table_is_no_change_of_the_plan(taken: Taken, tmp_path: Path) -> None:
    path = tmp_path / "otro.csv"
    path.write_bytes(files.separated())
    reports = [taken.workspace.ingest([path]).documents[0], taken.workspace.ingest([path]).documents[0]]
    path.write_bytes(b"\n\n" + files.separated(";"))
    reports.append(taken.workspace.ingest([path]).documents[0])

    assert [(report.status, report.events) for report in reports[1:]] == [("unchanged", ()), ("replaced", ())]


def test_folders_are_searched_for_office_files_too(tmp_path: Path) -> None:
    for suffix in (*MAKERS, "htm", "XLSX", "doc", "png"):
        (tmp_path / f"{suffix}.{suffix}").write_bytes(b"x")

    names = {name for _, name in discover([tmp_path]).files}

    assert names == {f"{suffix}.{suffix}" for suffix in (*MAKERS, "htm", "XLSX")}


@pytest.mark.parametrize(
    ("lines", "label"),
    [
        ((3, 3), "Ventas!4"),
        ((3, 5), "Ventas!4-6"),
        ((1, 4), "Ventas!4-5"),
        ((5, 8), "Ventas!6-p2"),
        ((8, 9), "p2"),
        ((10, 12), None),
    ],
)
def test_lines_over_several_places_have_one_label(lines: tuple[int, int], label: str | None) -> None:
    places = (Place(lines=(3, 5), name="Ventas!", number=4), Place(lines=(7, 9), name="p2"))

    assert place_of(places, lines) == label


def test_a_citation_of_text_is_labelled_by_its_lines() -> None:
    cited = Citation(document="plan.xlsx", lines=(3, 6), quote="x", place="Ventas!3-6")

    assert cited.label == "plan.xlsx#Ventas!3-6"
    assert cited.model_copy(update={"place": None}).label == "plan.xlsx:3-6"
