"""Amounts in text: `$10M+`, `$25K - $50K`, `1.234,56 €`, `<5%`, `5:1`, `9.2/10`, `500ms`, `de 3.2s a 1.9s`, `7 días → 1 día`.

Owns which digits are an amount, its unit, comparator and ends. Knows nothing of metrics, columns or facts: whether a bare
number counts something is the reader's to decide (`marked` tells whether the amount carries a sign of its own).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from copilot.domain.quantity import TIME_UNITS, Comparator, Quantity, is_currency
from retrieval.language.amount_patterns import ARROW, MASKS, AmountPatterns, patterns
from retrieval.language.folding import folded

LONGEST = 2000
"""Characters of a text that are read; the rest of a longer one is left."""
SYMBOLS: dict[str, Comparator] = {"<=": "<=", "=<": "<=", "≤": "<=", ">=": ">=", "≥": ">=", "<": "<", ">": ">"}
HYPHEN = re.compile(r"\s?-\s?$")
TO = re.compile(r"\s(?:a|to|hasta|à|ate|al|para|o|or|ou)\s$")
FAR_TO = re.compile(r"\s(?:[a-z/]+\s){1,3}(?:hasta|a|to)\s$")
SINCE = re.compile(r"(?<!\w)(?:desde|from)\s+$")
AND = re.compile(r"\s(?:y|and|e|et)\s$")
FROM = re.compile(r"(?<!\w)(?:de|del|desde|from|do|du)\s+(?:los\s+|las\s+)?$")
BETWEEN = re.compile(r"(?<!\w)(?:entre|between)\s+(?:el\s+|un\s+)?$")
_COUNTED = re.compile(r"\s+(?!(?:a|y|o|en|de|to|and|or|in|por|para|vs)\b)[a-z]{3,}")
THROUGHOUT = re.compile(r"[\d%x)]\s+over\s+(?:the\s+)?$")
"""`180% over 36 months`: during, not more than."""
CHANGED = re.compile(r"\s*\([+\-–−]\s?\d[\d.,]*\s?[%x]")
EXPLAINED = re.compile(r"\((?:de|desde|from)\s+$")


@dataclass(frozen=True)
class FoundQuantity:
    """An amount and where in the text it stands."""

    start: int
    end: int
    """Exclusive; `raw` is `text[start:end]`."""
    raw: str
    quantity: Quantity
    baseline: Quantity | None = None
    """Former value of a move: 3.2 s in `de 3.2s a 1.9s`, 7 days in `7 días → 1 día`."""
    sign: str = ""
    """`+` or `-` where the text has one before the amount."""
    qualifier: str | None = None
    """`approx`, or None."""
    per: str | None = None
    """Rate behind the amount, normal form: `month`, `user/month`."""
    marked: bool = False
    """Carries a unit, a currency, a scale, a plus, a comparator or a sign; a bare number does not."""
    ambiguous: bool = False
    """A lone `1.234`, read by the document's convention."""


@dataclass(frozen=True)
class _Atom:
    start: int
    end: int
    value: Decimal
    unit: str
    comparator: Comparator
    sign: str
    approx: bool
    marked: bool
    ambiguous: bool
    scaled: str
    bare_number: str
    own_currency: bool


def find_quantities(text: str, *, decimal_comma: bool = False) -> list[FoundQuantity]:
    """Every amount of the text, in order, without overlaps.

    Args:
        text: one line or cell.
        decimal_comma: the document's convention; decides how a lone `1.234` or `1,234` is read.
    """
    if not any(map(str.isdigit, text[:LONGEST])):
        return []
    known = patterns()
    visible = MASKS.sub(lambda match: " " * len(match[0]), text[:LONGEST])
    level = folded(visible)
    atoms = [atom for match in known.atom.finditer(visible) if (atom := _read(known, match, level, decimal_comma)) is not None]
    found, index = [], 0
    while index < len(atoms):
        pair = _pair(known, atoms[index], atoms[index + 1], visible, level) if index + 1 < len(atoms) else None
        found.append(pair or _single(known, atoms[index], visible, level))
        index += 2 if pair else 1
    return [one for one in _led_on(found, visible) if one.marked or not _is_label(known, one, level)]


def _led_on(found: list[FoundQuantity], visible: str) -> list[FoundQuantity]:
    """Amounts with `0.5-1% → 2-3%` and `20% → 15% → 12%` read as one move from the first to the last."""
    done: list[FoundQuantity] = []
    for one in found:
        last = done[-1] if done else None
        if last is None or one.baseline is not None or not ARROW.fullmatch(visible[last.end : one.start]):
            done.append(one)
        elif one.quantity.unit != last.quantity.unit:
            done.append(one)
        else:
            former = last.baseline or last.quantity
            done[-1] = replace(one, start=last.start, raw=visible[last.start : one.end], baseline=former, sign="", marked=True)
    return done


def uses_decimal_comma(text: str) -> bool:
    """Whether the document writes `1.234,56` or `3,5`: more signs of a decimal comma than of a decimal point."""
    comma = len(re.findall(r"(?<![\d.,])\d{1,3}(?:\.\d{3})*,\d{1,2}(?![\d,]|\.\d)", text))
    point = len(re.findall(r"(?<![\d.,])\d{1,3}(?:,\d{3})*\.\d{1,2}(?![\d.]|,\d)|(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])", text))
    return comma > point


def parse_number(text: str, *, decimal_comma: bool = False) -> tuple[Decimal, bool]:
    """The number and whether its single separator left doubt."""
    digits = re.sub(r"['\u00a0\u202f\s]", "", text)
    dots, commas = digits.count("."), digits.count(",")
    if dots and commas:
        decimal = "." if digits.rfind(".") > digits.rfind(",") else ","
        return Decimal(digits.replace("," if decimal == "." else ".", "").replace(",", ".")), False
    if dots + commas > 1:
        return Decimal(re.sub("[.,]", "", digits)), False
    if not dots + commas:
        return Decimal(digits), False
    separator = "." if dots else ","
    whole, _, rest = digits.partition(separator)
    if len(rest) != 3 or len(whole) > 3 or whole.startswith("0"):
        return Decimal(f"{whole}.{rest}"), False
    groups = separator == ("." if decimal_comma else ",")
    return (Decimal(whole + rest), separator == ".") if groups else (Decimal(f"{whole}.{rest}"), True)


def _read(known: AmountPatterns, match: re.Match[str], level: str, decimal_comma: bool) -> _Atom | None:
    if _is_date_or_name(known, match, level):
        return None
    value, ambiguous = parse_number(match["number"], decimal_comma=decimal_comma)
    scale = folded(match["scale"] or "").strip()
    if ambiguous and not scale and (match["currency"] or match["money"] or _COUNTED.match(level, match.end())):
        value = Decimal(re.sub(r"[.,]", "", match["number"]))
    value *= Decimal(known.scales.get(scale, "1"))
    unit = _unit(known, match)
    sign = (match["sign"] or match["inner"] or "").strip()
    symbol = (match["compare"] or "").strip()
    plus = match["plus"] or match["more"]
    comparator: Comparator = SYMBOLS.get(symbol, ">=" if plus else "=")
    return _Atom(
        start=match.start(),
        end=match.end(),
        value=value,
        unit=unit,
        comparator=comparator,
        sign="+" if sign == "+" else "-" if sign else "",
        approx=symbol in ("~", "≈", "±"),
        marked=bool(unit != "count" or scale or plus or symbol or sign),
        ambiguous=ambiguous and unit not in ("%", "ratio", "x", "score/10"),
        scaled=scale,
        bare_number=match["number"],
        own_currency=match["currency"] is not None,
    )


def _unit(known: AmountPatterns, match: re.Match[str]) -> str:
    if match["money"] or match["currency"]:
        word = folded(match["money"] or "").strip().removeprefix("de ").removeprefix("of ")
        # A minus may stand behind the sign: `€ -500`.
        prefix = folded(match["currency"] or "").removesuffix(match["inner"] or "").strip()
        code = known.currencies.get(prefix) or known.currencies.get(prefix.rstrip("$ "))
        return known.currencies.get(word) or code or "USD"
    if match["percent"] or match["points"]:
        return "%"
    if match["times"]:
        return "x"
    if match["ratio"]:
        return "ratio"
    if match["score"]:
        return "score" + re.sub(r"\s", "", match["score"])
    if match["time"]:
        return known.times[folded(match["time"]).strip()]
    return "count"


def _is_date_or_name(known: AmountPatterns, match: re.Match[str], level: str) -> bool:
    before, after = level[max(0, match.start() - 16) : match.start()], level[match.end() : match.end() + 24]
    if (
        (re.match(r"[/:]\d", after) and not (match["currency"] or match["percent"] or match["money"]))
        or re.match(r"-[a-z]|_\w", after)
        or re.search(r"(?<![\w.,])[a-z]\w*-$", before)
        or before.endswith(("/", "_"))
    ):
        return True
    if re.match(r"\s?:\s?\d", after) and not match["ratio"]:
        return True
    day = re.search(r"(?<!\w)([a-z]+)\.?\s+(?:de\s+)?$", before)
    if day and known.month.fullmatch(day[1]) and not match["percent"] and not match["currency"]:
        return True
    return bool(re.match(r"\s+(?:de\s+)?([a-z]+)", after) and known.month.match(after.strip().removeprefix("de ").strip()))


def _pair(known: AmountPatterns, first: _Atom, second: _Atom, visible: str, level: str) -> FoundQuantity | None:
    """A range or a move out of two neighbouring amounts; None when they are two."""
    if first.unit == "USD" and is_currency(second.unit) and visible[first.start : first.end].lstrip("+-<>~ ").startswith("$"):
        first = replace(first, unit=second.unit)
    if not _same_kind(first, second):
        return None
    gap = level[first.end : second.start]
    if ARROW.fullmatch(visible[first.end : second.start]) or _lost_arrow(first, second, visible):
        return _moved(known, first, second, visible, level)
    before = level[max(0, first.start - 60) : first.start]
    if FAR_TO.fullmatch(gap) and SINCE.search(before) and first.unit == second.unit:
        return _moved(known, first, second, visible, level)
    hyphen = HYPHEN.fullmatch(gap) or (not gap.strip() and second.sign == "-")
    if TO.fullmatch(gap) and FROM.search(before):
        escalates = known.change.search(before) is not None or "from" in before
        both_units = first.unit != "count" and first.unit == second.unit
        if (
            first.value > second.value
            or EXPLAINED.search(before)
            or (escalates and first.value != second.value)
            or (both_units and "desde" in before)
        ):
            return _moved(known, first, second, visible, level)
        return _ranged(known, first, second, visible, level)
    joined = hyphen or TO.fullmatch(gap) or (AND.fullmatch(gap) and BETWEEN.search(before))
    if (
        not joined
        or second.comparator in ("<", ">", "<=")
        or (first.unit not in ("count", second.unit) and second.unit != "count")
    ):
        return None
    low, high = _ends(first, second)
    return _ranged(known, first, second, visible, level) if low <= high and not _years(first, second) else None


def _lost_arrow(first: _Atom, second: _Atom, visible: str) -> bool:
    """`$500 $100 (-80%)`: damage took the arrow and left its spaces; the change in brackets tells that there was one."""
    both = first.marked and second.marked and first.value != second.value and not second.sign
    return both and visible[first.end : second.start] in (" ", "  ") and CHANGED.match(visible, second.end) is not None


def _same_kind(first: _Atom, second: _Atom) -> bool:
    times = ("ms", "seconds", "minutes", "hours", "days", "weeks", "months", "years")
    return first.unit == second.unit or "count" in (first.unit, second.unit) or (first.unit in times and second.unit in times)


def _years(first: _Atom, second: _Atom) -> bool:
    return not first.marked and not second.marked and all(re.fullmatch(r"(?:19|20)\d\d", a.bare_number) for a in (first, second))


def _ends(first: _Atom, second: _Atom) -> tuple[Decimal, Decimal]:
    """Both values; `$100-500K` and `2-5M` scale the first end as the second."""
    if second.scaled and not first.scaled and not (second.own_currency and first.own_currency):
        scale = Decimal(patterns().scales[second.scaled])
        return (first.value * scale if first.value * scale <= second.value else first.value), second.value
    if first.scaled and not second.scaled and second.value < 1000:
        return first.value, second.value * Decimal(patterns().scales[first.scaled])
    return first.value, second.value


def _ranged(known: AmountPatterns, first: _Atom, second: _Atom, visible: str, level: str) -> FoundQuantity:
    low, high = _ends(first, second)
    unit = first.unit if second.unit == "count" else second.unit
    end, per = _rate_behind(known, second.end, level)
    return FoundQuantity(
        start=first.start,
        end=end,
        raw=visible[first.start : end],
        quantity=Quantity(value=low, high=high, unit=unit, comparator="range"),
        sign=first.sign,
        qualifier="approx" if first.approx else None,
        per=per,
        marked=first.marked or second.marked,
        ambiguous=first.ambiguous or second.ambiguous,
    )


def _moved(known: AmountPatterns, first: _Atom, second: _Atom, visible: str, level: str) -> FoundQuantity:
    low, high = _ends(first, second)
    first_unit = second.unit if first.unit == "count" else first.unit
    unit = first.unit if second.unit == "count" else second.unit
    end, per = _rate_behind(known, second.end, level)
    return FoundQuantity(
        start=first.start,
        end=end,
        raw=visible[first.start : end],
        quantity=Quantity(value=high, unit=unit, comparator=second.comparator),
        baseline=Quantity(value=low, unit=first_unit),
        per=per,
        marked=True,
        ambiguous=first.ambiguous or second.ambiguous,
    )


def _single(known: AmountPatterns, atom: _Atom, visible: str, level: str) -> FoundQuantity:
    end, per = _rate_behind(known, atom.end, level)
    comparator, approx = atom.comparator, atom.approx
    if comparator == "=":
        before = level[max(0, atom.start - 40) : atom.start]
        # The longest phrase counts: "no más de" holds "más de".
        phrases = [(found.start(), sign) for sign, pattern in known.before if (found := pattern.search(before))]
        word = min(phrases)[1] if phrases and not (atom.unit in TIME_UNITS and THROUGHOUT.search(before)) else None
        word = word or next((sign for sign, pattern in known.after if pattern.match(level, end)), None)
        approx = approx or word == "~"
        comparator = SYMBOLS.get(word or "", comparator)
    return FoundQuantity(
        start=atom.start,
        end=end,
        raw=visible[atom.start : end],
        quantity=Quantity(value=atom.value, unit=atom.unit, comparator=comparator),
        sign=atom.sign,
        qualifier="approx" if approx else None,
        per=per,
        marked=atom.marked or comparator != "=",
        ambiguous=atom.ambiguous,
    )


def _rate_behind(known: AmountPatterns, end: int, level: str) -> tuple[int, str | None]:
    match = known.rate.match(level, end)
    if match is None:
        return end, None
    parts = [known.rates[word] for word in re.findall(r"[^\W\d_]+", match[0]) if word in known.rates]
    calendar = [part for part in parts if part in ("hour", "day", "week", "month", "quarter", "year")]
    return match.end(), "/".join([part for part in parts if part not in calendar] + calendar) or None


def _is_label(known: AmountPatterns, one: FoundQuantity, level: str) -> bool:
    """Whether a bare number numbers something (`Mes 6`, `Fortune 500`) or is a calendar year."""
    before = level[max(0, one.start - 24) : one.start]
    if known.label.search(before):
        return True
    year = re.fullmatch(r"(?:19|20)\d\d", one.raw)
    if year is None:
        return False
    follows = re.match(r"\s+(?!(?:y|a|en|de|del|and|in|to|at|o|or|con|para|por|for|with|al|e)\b)[a-z]{4,}", level[one.end :])
    return follows is None or bool(re.search(r"(?:en|in|del?|of|para|por|desde|since|until|hasta|ano|year)\s+$", before))
