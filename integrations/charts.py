"""A metric drawn: readings, target, expected path and the band of the forecast, as PNG or SVG.

The only place that knows matplotlib, which comes with the extra `charts`: import this module when a chart is drawn, not
before. The same metric gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, Literal

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from copilot.domain.answer import Language
from copilot.domain.errors import UserCanFix
from copilot.health.state import MetricHealth
from copilot.health.wording import status_told, words
from integrations.render import clean, quantity

Format = Literal["png", "svg"]
FORMATS: tuple[Format, ...] = ("png", "svg")
INCHES, DOTS = (9.6, 5.2), 100
INK, PATH, FORECAST, NOW = "#1f3a5f", "#8a8f98", "#4c78a8", "#c0c4cc"
COLOURS = {"green": "#2e7d32", "amber": "#b26a00", "red": "#c62828", "grey": "#6b7280"}
LONGEST_TITLE = 80
EPOCH = date(1970, 1, 1)


def chart(health: MetricHealth, form: Format, *, language: Language, today: date) -> bytes:
    """The chart of a metric.

    Raises:
        UserCanFix: `nothing_to_chart`, it has no reading.
    """
    if not health.readings:
        raise UserCanFix("nothing_to_chart", name=health.name)
    written = BytesIO()
    # Without a salt every SVG has ids of its own.
    plain = {"svg.hashsalt": "rumbo", "font.family": "DejaVu Sans", "axes.spines.top": False, "axes.spines.right": False}
    with rc_context(plain):  # type: ignore[arg-type]  # the stub wants a literal type for every key
        figure = Figure(figsize=INCHES, dpi=DOTS, layout="constrained")
        _draw(figure, health, words(language)["chart"], status_told(health.status, language), today)
        figure.savefig(written, format=form, metadata={"Software": None} if form == "png" else {"Date": None, "Creator": None})
    return written.getvalue()


def _draw(figure: Figure, health: MetricHealth, named: Mapping[str, str], status: str, today: date) -> None:
    axes = figure.subplots()
    _target(axes, health, named)
    if health.path is not None:
        ends = [health.path.first, health.path.due]
        axes.plot(_days(ends), [float(health.path.start), float(health.path.aim)], "--", color=PATH, label=named["path"])
    _forecast(axes, health, named)
    days = _days([reading.on for reading in health.readings])
    axes.plot(days, [float(reading.value) for reading in health.readings], "o-", ms=4, color=INK, label=named["readings"])
    axes.axvline(_days([today])[0], color=NOW, lw=1, zorder=0)
    axes.annotate(
        named["today"], (_days([today])[0], 1), xycoords=("data", "axes fraction"), ha="center", va="bottom", fontsize=8
    )
    axes.set_title(clean(health.name)[:LONGEST_TITLE], loc="left", fontweight="bold", pad=16, parse_math=False)
    axes.set_title(status, loc="right", color=COLOURS[health.status], fontweight="bold", pad=16)
    axes.yaxis.set_major_formatter(lambda value, _place: _tick(value, health.unit))
    axes.xaxis.axis_date()
    axes.grid(axis="y", color="#e6e8ec", lw=0.8)
    axes.set_axisbelow(True)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=4, frameon=False, fontsize=9)


def _target(axes: Axes, health: MetricHealth, named: Mapping[str, str]) -> None:
    goal = health.goal
    if goal is None or health.target is None:
        return
    label = f"{named['target']} {clean(health.target.raw)}"
    style: dict[str, Any] = {"color": COLOURS["green"]}
    if goal.direction == "inside" and goal.low is not None and goal.high is not None:
        axes.axhspan(float(goal.low), float(goal.high), alpha=0.15, label=label, **style)
    else:
        axes.axhline(float(goal.aim()), lw=1.4, label=label, **style)


def _forecast(axes: Axes, health: MetricHealth, named: Mapping[str, str]) -> None:
    made, latest = health.forecast, health.latest
    if made is None or latest is None:
        return
    days, value = _days([latest.on, made.on]), float(latest.value)
    axes.fill_between(days, [value, float(made.low)], [value, float(made.high)], color=FORECAST, alpha=0.18, lw=0)
    axes.plot(days, [value, float(made.value)], ":", color=FORECAST, lw=2, label=named["forecast"])


def _days(days: list[date]) -> list[float]:
    """As the library counts: days since 1970."""
    return [float((day - EPOCH).days) for day in days]


def _tick(value: float, unit: str) -> str:
    return quantity(Decimal(f"{value:.6g}"), unit)
