"""ROI and payback, worked out by the tools."""

from __future__ import annotations

from decimal import Decimal

from copilot.domain.answer import Calculation
from copilot.llm.offline.intents.base import Call, Found
from copilot.llm.offline.intents.lookup import Lookup
from copilot.llm.offline.phrasing import LONGEST, fitted
from copilot.llm.offline.question import Asked

ROI_NAMES = (("weighted ROI", "weighted"), ("ROI (net)", "roi_net"), ("ROI (gross)", "roi_gross"), ("payback", "payback"))


class Returns:
    """ROI and payback worked out."""

    def fits(self, asked: Asked) -> bool:
        """By its words."""
        return asked.has("weighted", "compute")

    def calls(self, found: Found) -> list[Call]:
        """The calculation and the lines."""
        asked = found.asked
        if found.round:
            return []
        return [
            ("calculate_roi", {"item": asked.subject, "document": asked.document}),
            ("find_kpis", {"metric": asked.subject, "period": asked.period, "document": asked.document}),
            ("search_passages", {"query": asked.subject, "period": asked.period, "document": asked.document}),
        ]

    def draft(self, found: Found) -> str | None:
        """The results with their sense, then what the document states."""
        made = found.calculations("calculate_roi")
        if not made:
            return Lookup().draft(found)
        phrasing = found.phrasing
        rows = found.rows("calculate_roi")
        lines = [f"{phrasing.say('according', title=phrasing.title(rows[0]))}"]
        for name, sentence in ROI_NAMES:
            steps = [step for step in made if step.name.startswith(name)][:2]
            if steps:
                value = " - ".join(_number(step) for step in steps)
                lines.append(f"- {phrasing.say(sentence, value=value)} {''.join(f'[{step.id}]' for step in steps)}")
        lines += [f"- {phrasing.statement(row, context=False)}" for row in rows[:6]]
        return fitted(lines, LONGEST)


def _number(step: Calculation) -> str:
    if 0 < abs(step.result) < 1:
        return f"{step.result:.2g}{'%' if step.unit == '%' else ':1' if step.unit == 'ratio' else ''}"
    value = (
        step.result.quantize(Decimal("0.1"))
        if step.result != step.result.to_integral_value()
        else step.result.to_integral_value()
    )
    shown = f"{value.normalize():f}" if value != value.to_integral_value() else f"{value.to_integral_value()}"
    return f"{shown}%" if step.unit == "%" else f"{shown}:1" if step.unit == "ratio" else shown
