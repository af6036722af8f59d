"""What the documents claim, checked against their own numbers. Pure: same plan and documents, same findings."""

from __future__ import annotations

from copilot.audit.inspection import audit, worth_telling
from copilot.audit.registry import rule_names
from copilot.audit.titles import title

__all__ = ["audit", "rule_names", "title", "worth_telling"]
