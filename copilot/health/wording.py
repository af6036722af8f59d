"""Health in words, in four languages: values as a person writes them, the rule that gave a colour, why there is no forecast."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources

from copilot.domain.answer import Language
from copilot.health.state import MetricHealth, Rules

SYMBOLS = {"%": " %", "USD": "$", "EUR": "€", "x": "x", "count": "", "ratio": ":1", "score": "", "score/10": "/10"}
BEFORE = ("USD", "EUR")


def written(value: Decimal, unit: str) -> str:
    """A value with its unit, as a person writes it: `4.2 %`, `$12,000`, `5:1`, `3 days`."""
    head, _, rate = unit.partition("/") if unit != "score/10" else (unit, "", "")
    number = f"{value.normalize():,f}"
    symbol = SYMBOLS.get(head, f" {head}")
    told = f"{symbol}{number}" if head in BEFORE else f"{number}{symbol}"
    return f"{told}/{rate}" if rate else told


@cache
def words(language: Language) -> Mapping[str, Mapping[str, str]]:
    """The words of a language: `status`, `rule`, `forecast`, `chart`."""
    text = resources.files("copilot.health").joinpath("words", f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def status_told(status: str, language: Language) -> str:
    """The word of a colour."""
    return words(language)["status"][status]


def rule_told(health: MetricHealth, language: Language, rules: Rules, today: date) -> str:
    """The rule that gave the colour, with its figures and thresholds."""
    known = words(language)["rule"]
    slots = {
        "green": f"{rules.green_within.normalize():f}",
        "amber": f"{rules.amber_within.normalize():f}",
        "near": f"{rules.near_target.normalize():f}",
        "due": health.due.isoformat() if health.due else "",
        "first": health.first.isoformat() if health.first else "",
        "days": str((today - health.latest.on).days) if health.latest else "",
        "cadence": str(health.cadence_days),
        "lag": "",
    }
    if health.shortfall is not None:
        slots["lag"] = known["ahead" if health.shortfall < 0 else "lag"].format(lag=f"{abs(health.shortfall):f}")
    return known[health.reason].format(**slots)


def forecast_told(health: MetricHealth, language: Language) -> str:
    """The forecast with its interval, or why there is none."""
    known = words(language)["forecast"]
    if health.forecast is None:
        return known[health.no_forecast or "no_readings"]
    made = health.forecast
    value, low, high = (written(end, health.unit) for end in (made.value, made.low, made.high))
    return known[made.outcome].format(value=value, low=low, high=high, due=made.on.isoformat())
