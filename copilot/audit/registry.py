"""Every rule of the audit by its name; the name begins with the rule's family."""

from __future__ import annotations

from copilot.audit import budgets, conflicts, growth, percents, returns, timeline, totals, units, wording
from copilot.audit.remark import Check, CrossCheck

FAMILIES = (
    "total",
    "budget",
    "percent",
    "roi",
    "payback",
    "cagr",
    "npv",
    "unit",
    "target",
    "baseline",
    "timeline",
    "order",
    "definition",
    "omission",
    "consistency",
    "duplicate",
    "placeholder",
)

RULES: tuple[Check, ...] = (
    totals.total_of_column,
    totals.total_of_row,
    totals.total_of_list,
    totals.total_of_parts,
    totals.total_of_labels,
    totals.total_in_line,
    totals.total_of_rates,
    units.total_equation,
    budgets.budget_salaries,
    budgets.budget_tools,
    budgets.budget_exceeded,
    conflicts.total_conflict_of_savings,
    returns.roi_total_of_rows,
    percents.percent_change_of_row,
    percents.percent_change_in_line,
    percents.percent_of_saving,
    percents.percent_growth_of_rows,
    percents.percent_shares,
    percents.percent_conflict_of_saving,
    percents.percent_over_hundred,
    returns.roi_of_investment,
    returns.roi_definition,
    returns.roi_horizon,
    returns.payback_of_investment,
    returns.payback_by_roi,
    growth.cagr_of_row,
    growth.cagr_of_line,
    growth.cagr_of_growth,
    growth.npv_of_flows,
    growth.omission_discount_rate,
    units.unit_roi_in_money,
    units.unit_month_and_year,
    units.unit_quotient,
    units.unit_revenue_per_user,
    units.unit_price_times_count,
    units.unit_equation,
    conflicts.target_conflict_of_returns,
    conflicts.target_conflict_of_bound,
    conflicts.target_conflict_with_overall,
    conflicts.target_conflict_falling,
    conflicts.definition_of_bound,
    timeline.timeline_of_phases,
    timeline.timeline_inside_phase,
    timeline.timeline_reversed,
    timeline.timeline_in_the_past,
    timeline.timeline_of_target,
    timeline.order_of_deliverable,
    wording.consistency_of_range,
    wording.duplicate_task,
    wording.placeholder_left,
)
"""Rules that look at one document at a time."""

CROSS_RULES: tuple[CrossCheck, ...] = (
    conflicts.target_conflict,
    conflicts.baseline_conflict,
    conflicts.target_conflict_across,
    units.unit_scale_across,
)
"""Rules that look at all documents together."""


def rule_names() -> tuple[str, ...]:
    """Names of all rules."""
    return tuple(rule.__name__ for rule in (*RULES, *CROSS_RULES))
