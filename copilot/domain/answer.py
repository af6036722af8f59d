"""Questions, what tools return for them, and answers with their evidence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from copilot.domain.source import Citation, Frozen

Language = Literal["es", "en", "pt", "fr"]


class Turn(Frozen):
    """One question and its answer, in a conversation's history."""

    user: str
    assistant: str


class ConversationSummary(Frozen):
    """What the older turns of a conversation were about, in place of their words."""

    through: int
    """Number of the last turn it covers, from 1."""
    text: str


class Question(Frozen):
    """What a person asks, and what was said before."""

    text: str
    history: tuple[Turn, ...] = ()
    """Oldest first."""
    language: Language | None = None
    """Reply language; None: that of the question."""
    conversation_id: str | None = None
    documents: tuple[str, ...] = ()
    """Limit the answer to these documents; empty: all that may be read."""


class CalculationInput(Frozen):
    """A number that went into a calculation, and where it stands (None: the person gave it)."""

    name: str = ""
    value: Decimal
    unit: str
    citation: Citation | None = None


class Calculation(Frozen):
    """An arithmetic step made by a tool, never by a language model."""

    formula: str
    """With the numbers filled in, arithmetic operators only: `(500000 - 200000) / 200000 * 100`."""
    inputs: tuple[CalculationInput, ...]
    result: Decimal
    unit: str
    id: str = ""
    """Unique within a turn; what a draft cites as `[c1]`."""
    name: str = ""
    """What was calculated, with its sense: `ROI (net)`, `total investment (low end)`."""


class Evidence(Frozen):
    """A citable row of a tool's result. `id` is unique within a turn and is what a draft cites as `[e3]`."""

    id: str = ""
    citation: Citation
    fact_id: str | None = None


class ToolResult(Frozen):
    """What a tool found. `rows` are what a model reads; every row names its evidence."""

    tool: str
    rows: tuple[dict[str, Any], ...] = ()
    """Compact, JSON-ready; key `e` holds the ids of the evidence a row rests on, shape [str]."""
    evidence: tuple[Evidence, ...] = ()
    calculations: tuple[Calculation, ...] = ()
    value: str | None = None
    """The single value, as written or formatted, where the question has one."""
    unit: str | None = None
    note: str | None = None
    """Why there is nothing, near matches, or how rows were chosen; a stable English sentence for the model."""


class ToolCall(Frozen):
    """A tool call of a turn, as shown to the person."""

    name: str
    args: dict[str, Any]
    ms: float


class Claim(Frozen):
    """A sentence of an answer that holds figures or names, with the citations that carry them."""

    text: str
    figures: tuple[str, ...] = ()
    citations: tuple[int, ...] = ()
    """Numbers `n` of the answer's citations."""


class PromptInfo(Frozen):
    """Which prompt made the answer."""

    name: str
    version: int
    hash: str


class Usage(Frozen):
    """Tokens of the turn; 0 for the offline model."""

    input_tokens: int = 0
    output_tokens: int = 0


class Answer(Frozen):
    """The reply to a question: design.md section 6 gives its JSON."""

    question: str
    answer: str
    answered: bool
    language: Language
    citations: tuple[Citation, ...] = ()
    calculations: tuple[Calculation, ...] = ()
    claims: tuple[Claim, ...] = ()
    gaps: tuple[str, ...] = ()
    """What was withheld or is not in the documents, one sentence each, in the answer's language."""
    proposals: tuple[dict[str, Any], ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    model: str
    prompt: PromptInfo | None = None
    usage: Usage = Usage()
    conversation_id: str | None = None
    elapsed_ms: float = 0.0
