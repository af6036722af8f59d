"""Drafts over generated plans and journals: every figure shown stands in what its line cites. The check here is its own.

Nothing of the product's grounding is used: numbers are cut out of the text by a plain pattern and looked for in the cited
lines of the documents, in what the sources say in their own words, and in the computed report.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from copilot import settings
from copilot.bootstrap import Workspace
from copilot.domain.access import Principal, Role
from copilot.domain.answer import Language
from copilot.domain.journal import TaskStatus
from copilot.domain.work import Draft
from copilot.journal.metrics import metrics_of
from copilot.office import Office
from integrations.dev.model import running as fake_model
from tests.prove.conftest import Scale

STATES = 13
LANGUAGES: tuple[Language, ...] = ("es", "en", "pt", "fr")
READER = Principal(id="local:prover", role=Role.admin)
METRICS = ("Churn mensual", "NPS", "MRR", "Tasa de conversión", "CAC", "Tickets abiertos")
UNITS = ("{}%", "{}", "${}K", "{}%", "${}", "{}")
VERBS = ("Contratar", "Firmar", "Revisar", "Lanzar", "Cerrar", "Migrar")
THINGS = ("{} vendedores", "el contrato de ${}K", "{} procesos", "la campaña Q{}", "{} pilotos", "{} servidores")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
CITED = re.compile(r"\[(\d+)\]")
SOURCES = ("Fuentes: ", "Sources: ", "Fontes: ", "Sources : ")
PLACE = re.compile(r"(?P<document>[\w./-]+\.md):(?P<first>\d+)(?:-(?P<last>\d+))?")
ALTERING = "alters-figures-40"


def plan_text(rng: random.Random, start: date) -> str:
    """A plan of two phases: targets, tasks, money; some metrics contradict themselves."""
    lines = ["---", f"start: {start.isoformat()}", "---", "# Plan de crecimiento", ""]
    for phase, (first, last) in enumerate(((1, 3), (4, 6)), start=1):
        lines += [f"## Fase {phase}: Etapa {phase} (Meses {first}-{last})", ""]
        for _ in range(rng.randint(2, 6)):
            done = "x" if rng.random() < 0.2 else " "
            lines.append(f"- [{done}] {rng.choice(VERBS)} {rng.choice(THINGS).format(rng.randint(2, 90))}")
        low = rng.randint(5, 400)
        lines += [
            "",
            f"**Inversión:** ${low}K - ${low + rng.randint(1, 90)}K",
            f"**ROI esperado:** {rng.randint(2, 9)}:1 en {rng.randint(3, 18)} meses",
            "",
        ]
        lines += [f"| Métrica | Mes {first} | Mes {last} |", "|---|---|---|"]
        for name, unit in zip(METRICS, UNITS, strict=True):
            lines.append(f"| {name} | {unit.format(rng.randint(1, 99))} | {unit.format(rng.randint(1, 99))} |")
        lines.append("")
    for name, unit in rng.sample(list(zip(METRICS, UNITS, strict=True)), 2):
        lines.append(f"- **{name}**: {unit.format(rng.randint(1, 99))} en el mes 1")
    return "\n".join(lines) + "\n"


def live_through(office: Office, folder: Path, rng: random.Random) -> None:
    """Ingest, record, let the plan change."""
    start = date.today() - timedelta(days=rng.randint(0, 170))
    (folder / "plan.md").write_text(plan_text(rng, start), encoding="utf-8")
    office.workspace.ingest([folder / "plan.md"])
    office.desk.compose(by=READER, audience="first", language="es", destination="file:x.md")
    plan = office.workspace.plan(READER)
    for metric in rng.sample(metrics_of(plan), 3):
        for _ in range(rng.randint(1, 3)):
            day = date.today() - timedelta(days=rng.randint(0, 20))
            office.recorder.record(READER, metric.id, f"{rng.randint(1, 300) / 4:.2f}", on=day)
    tasks = [fact for fact in plan.facts if fact.kind == "task"]
    statuses: tuple[TaskStatus, ...] = ("done", "doing", "blocked", "dropped")
    for task in rng.sample(tasks, min(3, len(tasks))):
        note = f"quedan {rng.randint(2, 40)} pasos" if rng.random() < 0.5 else None
        office.recorder.change_task(READER, task.id, rng.choice(statuses), note=note)
    changed = re.sub(
        r"\$(\d+)K", lambda found: f"${int(found[1]) + rng.randint(0, 3)}K", (folder / "plan.md").read_text(encoding="utf-8")
    )
    (folder / "plan.md").write_text(changed, encoding="utf-8")
    office.workspace.ingest([folder / "plan.md"])


def numbers(text: str) -> set[str]:
    """Numbers without grouping and trailing zeros: `1,200.50` is `1200.5`."""
    plain = {found.replace(",", "") for found in NUMBER.findall(text)}
    return {number.rstrip("0").rstrip(".") if "." in number else number for number in plain}


def sources_of(draft: Draft, documents: Mapping[str, str]) -> dict[str, str]:
    """What each numbered source says: the cited lines of its document, or its own words."""
    told = next((line for line in draft.text.splitlines() if line.startswith(SOURCES)), "")
    found = {}
    for n, said in re.findall(r"\[(\d+)\] (.*?)(?= · \[\d+\] |$)", told):
        place = PLACE.fullmatch(said.strip())
        if place is None:
            found[n] = said
        else:
            lines = documents[place["document"]].split("\n")
            first, last = int(place["first"]) - 1, int(place["last"] or place["first"])
            found[n] = "\n".join([*headings(lines, first), *table_head(lines, first), *lines[first:last]])
    return found


def headings(lines: Sequence[str], row: int) -> list[str]:
    """The headings a line stands under, the nearest of each level."""
    found: dict[int, str] = {}
    for line in lines[:row]:
        level = len(line) - len(line.lstrip("#"))
        if level:
            found = {known: text for known, text in found.items() if known < level} | {level: line}
    return list(found.values())


def table_head(lines: Sequence[str], row: int) -> Sequence[str]:
    """The header of the table a row stands in: it holds the row's periods."""
    top = row
    while top > 0 and lines[top].startswith("|") and lines[top - 1].startswith("|"):
        top -= 1
    return lines[top : top + 1] if top < row else []


def unsupported(draft: Draft, documents: Mapping[str, str]) -> list[str]:
    """Lines with a number that none of their sources and no calculation of the report holds."""
    sources = sources_of(draft, documents)
    steps = [step for item in draft.report["items"] for step in item["calculations"]]
    computed = set[str]()
    for step in steps:
        computed |= numbers(" ".join([str(step["result"]).lstrip("-"), step["formula"]]))
    bad = []
    for line in draft.text.splitlines()[1:]:
        if line.startswith(SOURCES):
            continue
        cited = CITED.findall(line)
        shown = numbers(CITED.sub("", line))
        held = set[str]().union(*(numbers(sources[n]) for n in cited)) if cited else set()
        if shown - held - computed:
            bad.append(f"{line}  <- {sorted(shown - held - computed)} of {[sources[n] for n in cited]}")
    return bad


@pytest.fixture
def model() -> Iterator[str]:
    with fake_model() as url:
        yield url


def test_every_figure_of_a_draft_stands_in_its_evidence(tmp_path: Path, model: str, scale: Scale) -> None:
    bad: list[str] = []
    drafts = lines = 0
    for state in range(scale(STATES)):
        rng, folder = random.Random(state), tmp_path / str(state)
        folder.mkdir()
        known = settings.load(home=folder / "home")
        altering = known.model_copy(update={"model": ALTERING, "model_url": model, "model_api_key": SecretStr("none")})
        live_through(Office(Workspace(known)), folder, rng)
        for chosen in (known, altering):
            office = Office(Workspace(chosen))
            documents = {"plan.md": office.workspace.plans.text(READER, "plan.md")}
            for language in LANGUAGES:
                audience = f"{chosen.model}.{language}"
                draft = office.desk.compose(by=READER, audience=audience, language=language, destination="file:x.md")
                bad += unsupported(draft, documents)
                drafts += 1
                lines += draft.text.count("\n- ")
            office.workspace.close()

    requests = httpx2.get(f"{model.removesuffix('/v1')}/dev/requests").json()
    assert bad == []
    assert lines > drafts * 3
    assert sum(request["model"] == ALTERING for request in requests) >= drafts // 2
