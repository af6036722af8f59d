"""The list of everything the model may call."""

from __future__ import annotations

from langchain_core.tools import BaseTool

from tools.registry.calculator import calculator_tool
from tools.registry.lookups import lookup_tools
from tools.registry.proposals import proposal_tools


def all_tools() -> list[BaseTool]:
    """Lookups, the calculator, and what may be proposed; none of them writes."""
    return [*lookup_tools(), calculator_tool(), *proposal_tools()]
