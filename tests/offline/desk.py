"""A plan of two small documents, and the offline model answering from it with the real lookups."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from copilot.domain.answer import Evidence, ToolResult
from copilot.domain.plan import DocumentRecord
from copilot.domain.source import Hit
from copilot.llm.offline import OfflineChatModel
from retrieval.extract import extract
from retrieval.extract.merge import compile_plan
from retrieval.ingest.blocks import parse
from tools import lookup
from tools.lookup import PlanView

PANADERIA = """# Plan de Apertura: Red de Panaderías

## Metas por mes
| Métrica | Mes 1 | Mes 3 | Mes 6 |
|---------|-------|-------|-------|
| Clientes diarios | 80 | 140 | 220 |
| CAC | $9 | $7 | $5 |
| Merma | 8% | 6% | 4% |

## FASE 1: Obra (Meses 1-3)

### Mes 1: Permisos
**Inversión:** $10K - $15K
**ROI Esperado:** 2:1 en 6 meses

- [ ] Firmar el alquiler del local
- [x] Pedir la licencia de obra
  - Presentar planos
  - Pagar la tasa municipal

### Mes 2: Horno
**Inversión:** $20K - $30K
**ROI Esperado:** 4:1 en 9 meses

- [ ] Instalar el horno de leña

## Gestión de Riesgos

### Riesgos de suministro
- **Mitigación**: Dos molinos de harina
- **Contingencia**: Compra al mercado mayorista
- **Monitoreo**: Inventario semanal

## Ficha
- **Responsable**: [Nombre]
- **Alianzas**: 4 escuelas de hostelería
"""

REPARTO = """# Delivery Strategy: Bikes and Boxes

## Service Metrics
| Metric | Target | Actual | Change |
|--------|--------|--------|--------|
| Delivery time | <25 minutes | 40 minutes | -38% |
| CAC | $4 | $6 | -33% |

## Cost by Initiative
| Initiative | Investment | Annual Saving | ROI |
|------------|------------|---------------|-----|
| Cargo bikes | $20K | $60K | 300% |
| Route planner | $10K | $40K | 400% |
| Total | $30K | $100K | 320% |

## Week 1: Pilot
- [ ] **Monday**: Map the first ten streets
- [ ] **Tuesday**: Lend three bikes
"""

DOCUMENTS = {"apertura_panaderias.md": PANADERIA, "delivery_strategy.md": REPARTO}
TOOLS = [name for name in lookup.__all__ if name != "PlanView"]
LISTS = ("e", "context_e", "period_e")


@dataclass(frozen=True)
class Reply:
    """What the model drafted, its marks taken out of the text."""

    text: str
    refused: bool
    lines: tuple[tuple[str, int], ...]
    """Document and first line of each citation, in order."""
    results: tuple[str, ...]
    """Results of the calculations it cites."""
    tools: tuple[str, ...]


@cache
def view() -> PlanView:
    """The two documents, compiled."""
    return compiled(DOCUMENTS)


def compiled(documents: Mapping[str, str]) -> PlanView:
    """A reader's view of documents given as text."""
    parsed = {name: parse(name, text) for name, text in documents.items()}
    now = datetime(2026, 1, 1, tzinfo=UTC)
    records = [
        DocumentRecord(
            document=name,
            version_id="v1",
            title=doc.title,
            language=doc.language,
            sha256="",
            line_count=len(doc.lines),
            ingested_at=now,
        )
        for name, doc in parsed.items()
    ]
    facts = [fact for doc in parsed.values() for fact in extract(doc).facts]
    return PlanView(plan=compile_plan(records, facts), parsed=parsed.__getitem__, search=_no_passages)


def _no_passages(query: str, documents: Sequence[str] | None, hits: int) -> list[Hit]:
    """The search of a workspace without passages: these plans are small enough for their own words."""
    return []


def ask(question: str, *history: tuple[str, str]) -> Reply:
    """A question on the two documents."""
    return ask_in(view(), question, *history)


def ask_in(plans: PlanView, question: str, *history: tuple[str, str]) -> Reply:
    """The whole turn: model, tools, model, until it drafts."""
    model = OfflineChatModel().bind_tools([{"type": "function", "function": {"name": name, "parameters": {}}} for name in TOOLS])
    messages: list[BaseMessage] = []
    for asked, answered in history:
        messages += [HumanMessage(asked), AIMessage(answered)]
    messages.append(HumanMessage(question))
    evidence: dict[str, Evidence] = {}
    results: dict[str, str] = {}
    called: list[str] = []
    for _ in range(8):
        message = model.invoke(messages)
        messages.append(message)
        if not message.tool_calls:
            return _reply(str(message.content), evidence, results, called)
        for call in message.tool_calls:
            called.append(call["name"])
            result = _unique(getattr(lookup, call["name"])(plans, **call["args"]), len(called))
            evidence.update({one.id: one for one in result.evidence})
            results.update({one.id: f"{one.result.normalize():f}" for one in result.calculations})
            messages.append(ToolMessage("rows", tool_call_id=str(call["id"]), artifact=result))
    raise AssertionError("the model never drafted")


def _reply(draft: str, evidence: dict[str, Evidence], results: dict[str, str], called: Sequence[str]) -> Reply:
    marks = re.findall(r"\[([ec]\d+)\]", draft)
    places = [evidence[mark].citation for mark in marks if mark.startswith("e")]
    return Reply(
        text=re.sub(r"\[(?:[ec]\d+|unanswered)\]", "", draft).strip(),
        refused=draft.startswith("[unanswered]"),
        lines=tuple((place.document, place.lines[0]) for place in places),
        results=tuple(results[mark] for mark in marks if mark.startswith("c")),
        tools=tuple(called),
    )


def _unique(result: ToolResult, turn: int) -> ToolResult:
    """Ids unique within the turn, as the registry makes them."""

    def fixed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: [renamed(one) for one in held] if key in LISTS else fixed(held) for key, held in value.items()}
        return [fixed(one) for one in value] if isinstance(value, list | tuple) else value

    def renamed(mark: str) -> str:
        return f"{mark[0]}{turn * 1000 + int(mark[1:])}"

    return result.model_copy(
        update={
            "rows": tuple(fixed(row) for row in result.rows),
            "evidence": tuple(one.model_copy(update={"id": renamed(one.id)}) for one in result.evidence),
            "calculations": tuple(one.model_copy(update={"id": renamed(one.id)}) for one in result.calculations),
        }
    )


def line_of(document: str, text: str) -> int:
    """Number of the first line that holds the text."""
    return next(number for number, line in enumerate(DOCUMENTS[document].split("\n"), 1) if text in line)
