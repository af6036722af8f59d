"""How far one question may go: calls, steps, and what a model reads, in tokens.

The budget of a call is the sum of its parts, so that each part can be seen and none can crowd out another:

    system_tokens    the system prompt
    schema_tokens    the schemas of the tools
    notes_tokens     notes in place of older turns
    history_tokens   the last turns, as they were said
    question_tokens  the question, and a correction the check asks for
    draft_tokens     what the model itself has said in this turn
    results          what is left: the results of tools; a single one has at most `result_tokens`
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Of one turn."""

    model_calls: int = 10
    tool_calls: int = 24
    graph_steps: int = 120
    input_tokens: int = 24_000
    """All that a model reads in one call."""
    system_tokens: int = 1_500
    schema_tokens: int = 4_500
    notes_tokens: int = 500
    history_tokens: int = 3_000
    question_tokens: int = 3_000
    draft_tokens: int = 3_000
    result_tokens: int = 4_000
    """Of one result; its last rows are left out beyond, and it says so."""

    @property
    def results_tokens(self) -> int:
        """Of all results a model reads at once; the oldest are left out beyond."""
        others = self.system_tokens + self.schema_tokens + self.notes_tokens + self.history_tokens
        return self.input_tokens - others - self.question_tokens - self.draft_tokens
