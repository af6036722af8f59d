"""What one turn of the agent works with; given to the graph per call and kept nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from copilot.agent.events import StreamEvent
from copilot.domain.answer import Language, ToolCall
from copilot.grounding.compose import Checked
from copilot.grounding.evidence import TurnEvidence
from tools.lookup.view import PlanView
from tools.registry.proposals import Proposer


@dataclass
class TurnContext:
    """The plan the person may see, this turn's evidence, and how the turn is told to the surface."""

    view: PlanView
    turn: TurnEvidence
    language: Language
    system_prompt: str
    notify: Callable[[StreamEvent], None]
    proposer: Proposer | None = None
    """Makes proposals for the person; None where nothing can be proposed."""
    tool_calls: list[ToolCall] = field(default_factory=list)
    tools_begun: int = 0
    """Tool calls let through, those that still run included."""
    model_calls: int = 0
    corrected: bool = False
    """Whether a draft was sent back already."""
    checked: Checked | None = None
    """The draft the turn ends with, where it was checked on the way."""
