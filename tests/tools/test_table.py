"""What a model reads of a result: short, whole, and with the ids to cite by; and the schemas it is sent with every call."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from langchain_core.utils.function_calling import convert_to_openai_tool

from copilot.agent.limits import Limits
from copilot.domain.answer import Calculation, ToolResult
from copilot.llm.tokens import upper_bound
from integrations.dev.good import reply
from integrations.dev.wire import ChatRequest
from tools.registry.table import table_of
from tools.registry.tools import all_tools

ROW = {"text": "Churn: 5%", "name": "Churn", "value": "5%", "context": "Metas", "document": "a.md", "title": "Plan A", "line": 3}


def result(*rows: dict[str, Any], **fields: Any) -> ToolResult:
    return ToolResult(tool="find_kpis", rows=rows, **fields)


def test_rows_stand_below_their_document_and_heading_with_the_id_first() -> None:
    told = table_of(result({**ROW, "e": ["e1"]}, {**ROW, "text": "NPS: >60", "name": "NPS", "value": ">60", "e": ["e2"]}))

    assert told.split("\n") == ["e\ttext", '== a.md "Plan A"', "-- Metas", "e1\tChurn: 5%", "e2\tNPS: >60"]


def test_rows_of_two_documents_keep_their_order_within_each() -> None:
    rows = [
        {"text": text, "document": name, "e": [mark]}
        for text, name, mark in (("x", "a.md", "e1"), ("y", "b.md", "e2"), ("z", "a.md", "e3"))
    ]

    assert table_of(result(*rows)).split("\n") == ["e\ttext", "== a.md", "e1\tx", "e3\tz", "== b.md", "e2\ty"]


def test_a_field_only_some_rows_have_is_a_column_of_its_own() -> None:
    told = table_of(result({**ROW, "e": ["e1"]}, {**ROW, "e": ["e2"], "role": "target"}))

    assert [line.split("\t") for line in told.split("\n") if "\t" in line] == [
        ["e", "text", "role"],
        ["e1", "Churn: 5%"],
        ["e2", "Churn: 5%", "target"],
    ]


@pytest.mark.parametrize("field", ["match", "own", "score", "precision", "matched", "line", "fact_id"])
def test_how_a_row_was_found_is_not_told(field: str) -> None:
    assert field not in table_of(result({**ROW, field: 0.5, "e": ["e1"]}))


def test_a_value_the_text_does_not_say_is_told() -> None:
    assert "5.5%" in table_of(result({**ROW, "value": "5.5%", "e": ["e1"]}))


def test_lines_below_a_row_keep_their_ids() -> None:
    assert "Inversión: $1M [e2]" in table_of(result({**ROW, "beside": [{"text": "Inversión: $1M", "e": ["e2"]}], "e": ["e1"]}))


def test_a_tab_or_a_line_break_of_a_document_does_not_break_the_table() -> None:
    assert "e1\ta b c" in table_of(result({"text": "a\tb\nc", "e": ["e1"]}))


def test_a_calculation_is_told_with_its_formula_result_and_unit() -> None:
    step = Calculation(id="c1", name="total", formula="1 + 2.5", inputs=(), result=Decimal("3.50"), unit="USD")

    assert table_of(result(calculations=(step,))).split("\n")[-1] == "c1\ttotal\t1 + 2.5\t3.5\tUSD"


def test_nothing_found_is_said_with_its_reason() -> None:
    assert table_of(result(note="no such metric; nearest: churn")) == "note: no such metric; nearest: churn"
    assert table_of(result()) == "nothing found"


def test_the_development_model_cites_rows_of_a_table() -> None:
    told = table_of(result({**ROW, "e": ["e7"]}))
    call = {"id": "x", "type": "function", "function": {"name": "find_kpis", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "¿Churn?"},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "content": told, "tool_call_id": "x"},
    ]

    assert reply(ChatRequest.model_validate({"model": "good", "messages": messages})).text == "- Churn: 5% [e7]"


def test_the_schemas_of_all_tools_stay_within_what_the_budget_sets_aside() -> None:
    told = [json.dumps(convert_to_openai_tool(tool), ensure_ascii=False, separators=(",", ":")) for tool in all_tools()]

    assert sum(map(upper_bound, told)) < Limits().schema_tokens


def test_a_schema_tells_neither_defaults_nor_bounds_and_one_type_an_argument() -> None:
    told = json.dumps([convert_to_openai_tool(tool) for tool in all_tools()])

    assert not [word for word in ('"anyOf"', '"default"', '"$ref"', '"minimum"', '"null"') if word in told]
