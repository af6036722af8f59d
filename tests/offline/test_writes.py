"""Orders to record a value: what the proposal is asked for, before anybody confirms it."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from langchain_core.messages import BaseMessage, HumanMessage, ToolMessage

from copilot.llm.offline import OfflineChatModel
from tests.offline.desk import compiled
from tools import lookup
from tools.lookup import PlanView

MERCADO = """# Plan de Mercadillos

## Metas
- **NPS**: 60
- **Tasa de conversión**: 4%
"""

COCINAS = """# Estrategia de Cocinas Compartidas

## Metas
- **NPS**: 71
- **Merma de cocinas**: 3%
"""

TOOLS = ("list_documents", "find_kpis", "propose_reading")


@cache
def view() -> PlanView:
    return compiled({"mercadillos.md": MERCADO, "cocinas_compartidas.md": COCINAS})


def proposed(order: str) -> dict[str, Any]:
    """What the model asks to propose, its lookups answered."""
    model = OfflineChatModel().bind_tools([{"type": "function", "function": {"name": name, "parameters": {}}} for name in TOOLS])
    messages: list[BaseMessage] = [HumanMessage(order)]
    for _ in range(4):
        message = model.invoke(messages)
        messages.append(message)
        for call in message.tool_calls:
            if call["name"] == "propose_reading":
                return dict(call["args"])
            result = getattr(lookup, call["name"])(view(), **call["args"])
            messages.append(ToolMessage("rows", tool_call_id=str(call["id"]), artifact=result))
    raise AssertionError("nothing was proposed")


@pytest.mark.parametrize(
    "order",
    [
        "anota que el NPS de cocinas es 66",
        "record that the NPS of the cocinas is 66",
        "enregistre le NPS des cocinas à 66",
        "anota que el NPS del plan de cocinas compartidas es 66",
    ],
)
def test_one_word_of_a_title_behind_the_metric_says_whose_metric_it_is(order: str) -> None:
    assert proposed(order) == {"metric": "NPS", "value": "66", "document": "cocinas_compartidas.md"}


@pytest.mark.parametrize(
    ("order", "metric"),
    [
        ("anota que la tasa de conversión es 5%", "tasa de conversión"),
        ("anota que la merma de cocinas es 2%", "merma de cocinas"),
        ("anota que el NPS de Lisboa es 50", "NPS de Lisboa"),
    ],
)
def test_a_name_with_a_preposition_of_its_own_stays_whole(order: str, metric: str) -> None:
    asked = proposed(order)

    assert asked["metric"] == metric
    assert "document" not in asked
