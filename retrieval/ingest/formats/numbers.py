"""Values of a sheet as its reader sees them: number formats of Excel, with a point for decimals and commas for thousands."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[\$(?P<symbol>[^\]-]*)[^\]]*\]|\[[^\]]*\]|(?P<char>.)', re.DOTALL
)
_LONGEST_FORMAT = 255
_MOST_DIGITS = 12
_TOO_LARGE = Decimal(10) ** 15


def shown(value: object, number_format: str) -> str:
    """The cell's text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, number_format)
    if isinstance(value, datetime | date | time):
        return _moment(value, number_format)
    if isinstance(value, timedelta):
        return f"{Decimal(str(value.total_seconds() / 3600)).normalize():f} h"
    return str(value)


def _moment(value: date | time, number_format: str) -> str:
    if isinstance(value, time):
        return value.isoformat("minutes")
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]', "", number_format.lower())
    if "d" not in bare and "m" in bare and "y" in bare:
        return f"{value.year:04}-{value.month:02}"
    if isinstance(value, datetime) and (value.hour or value.minute):
        return value.isoformat(" ", "minutes")
    return f"{value.year:04}-{value.month:02}-{value.day:02}"


def _number(value: float, number_format: str) -> str:
    if not math.isfinite(value):
        return ""
    exact = Decimal(str(value))
    before, digits, after = _parts(number_format)
    if not digits or abs(exact) >= _TOO_LARGE:
        return _general(exact)
    whole, _, decimals = digits.rstrip(",").partition(".")
    exact *= Decimal(100) ** (before + after).count("%")
    # A comma behind the digits leaves three of them out: `0,"K"`.
    exact /= Decimal(1000) ** (len(digits) - len(digits.rstrip(",")))
    rounded = abs(exact).quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    told = f"{rounded:,f}" if "," in whole else f"{rounded:f}"
    for char in reversed(decimals):
        if char == "0" or not told.endswith("0"):
            break
        told = told[:-1]
    # Losses and zero have formats of their own, brackets or a dash, that would be read as something else.
    sign = "-" if exact < 0 and rounded else ""
    return f"{sign}{before}{told.rstrip('.')}{after}".strip()


def _parts(number_format: str) -> tuple[str, str, str]:
    """Literal text before, digit pattern, literal text after; no pattern for General, text, fractions and exponents."""
    before, digits, after = "", "", ""
    for token in _TOKEN.finditer(number_format[:_LONGEST_FORMAT]):
        char = token["char"] or ""
        literal = token["quoted"] or token["escaped"] or token["symbol"] or ""
        if char == ";":
            break
        if char and char in "EeGg/@":
            return "", "", ""
        if char and not after and (char in "0#?" or (char in ".," and digits)):
            digits += char
        elif digits:
            after += literal or char.strip("()")
        else:
            before += literal or char.strip("()-+ ")
    return before, digits, after


def _general(value: Decimal) -> str:
    """As written by a sheet without a format: digits beyond what it shows are noise of its arithmetic."""
    decimals = _MOST_DIGITS - 1 - value.adjusted()
    if 0 <= decimals < -int(value.as_tuple().exponent):
        value = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{value.normalize():f}"
