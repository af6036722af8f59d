"""What a model reads in one call stays within the sum of its parts, whatever tools return and drafts say."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from copilot.agent.briefing import system_prompt
from copilot.agent.limits import Limits
from copilot.agent.middleware import cut_result, offered, size, within
from copilot.domain.access import Principal, Role
from copilot.domain.plan import DocumentRecord
from copilot.llm.tokens import upper_bound
from tests.agent.desk import NOW, tools

LIMITS = Limits(input_tokens=16_000)
ANA = Principal(id="local:ana", role=Role.approver)


def sized(message: AnyMessage) -> int:
    return size(message, upper_bound)


def results(*contents: str) -> list[AnyMessage]:
    """A turn whose tools returned these."""
    made: list[AnyMessage] = [HumanMessage("¿Meta?", id="question")]
    for number, content in enumerate(contents):
        call = {"name": "find_kpis", "args": {"metric": "NPS"}, "id": str(number)}
        made += [AIMessage("", tool_calls=[call]), ToolMessage(content, tool_call_id=str(number))]
    return made


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 1_500), max_size=8), st.integers(0, 8_000))
def test_results_and_drafts_fit_whatever_came(lengths: list[int], draft: int) -> None:
    contents = [cut_result("e1\tfila " * length, upper_bound, LIMITS.result_tokens) for length in lengths]
    turn = [*results(*contents), AIMessage("palabra " * draft), HumanMessage("otra vez")]

    kept = within(turn, sized, LIMITS)

    assert len(kept) == len(turn)
    read = sum(sized(message) for message in kept)
    assert read <= LIMITS.results_tokens + LIMITS.draft_tokens + LIMITS.question_tokens


def test_the_oldest_result_is_left_out_first_and_says_so() -> None:
    turn = results(*("e1\tfila\n" * 900 for _ in range(4)))
    limits = Limits(input_tokens=20_000)

    kept = [message.text for message in within(turn, sized, limits) if isinstance(message, ToolMessage)]

    assert kept[0].startswith("(left out")
    assert kept[-1].startswith("e1\tfila")


def test_a_result_too_long_ends_at_a_line_and_says_so() -> None:
    cut = cut_result("\n".join(f"e{number}\tuna fila del plan" for number in range(2000)), upper_bound, 500)

    assert upper_bound(cut) <= 500
    assert cut.split("\n")[0] == "e0\tuna fila del plan"
    assert cut.split("\n")[-1].startswith("(more rows")


def test_the_parts_make_the_whole() -> None:
    parts = LIMITS.system_tokens + LIMITS.schema_tokens + LIMITS.notes_tokens + LIMITS.history_tokens
    parts += LIMITS.question_tokens + LIMITS.draft_tokens + LIMITS.results_tokens

    assert parts == LIMITS.input_tokens
    assert LIMITS.results_tokens > 0


def test_tools_that_propose_are_offered_only_where_a_change_is_asked_for() -> None:
    asked = {tool.name for tool in offered(list(tools()), ["¿Cuál es la meta de churn?"]) if not isinstance(tool, dict)}
    ordered = {tool.name for tool in offered(list(tools()), ["Registra churn 5%"]) if not isinstance(tool, dict)}

    assert {name for name in ordered - asked} == {"propose_reading", "propose_task_change"}


def record(name: str, start: date | None) -> DocumentRecord:
    return DocumentRecord(
        document=name, version_id=name, title=name, language="es", sha256="", line_count=1, ingested_at=NOW, start=start
    )


def test_the_prompt_names_the_day_the_language_the_plans_first_days_and_the_role() -> None:
    prompt = system_prompt(ANA, [record("a.md", date(2026, 1, 5)), record("b.md", None)], "pt", date(2026, 11, 20))

    assert "Today is 2026-11-20" in prompt
    assert "In Portuguese" in prompt
    assert "a.md on 2026-01-05" in prompt
    assert "b.md" not in prompt
    assert "an approver" in prompt


def test_the_prompt_says_when_no_plan_has_a_first_day() -> None:
    assert "No plan has a first day" in system_prompt(ANA, [record("a.md", None)], "es", date(2026, 11, 20))


def test_the_filled_prompt_stays_within_its_budget_with_many_plans() -> None:
    many = [record(f"plan_de_crecimiento_{number}.md", date(2026, 1, 5)) for number in range(300)]

    assert upper_bound(system_prompt(ANA, many, "es", date(2026, 11, 20))) < 1200
