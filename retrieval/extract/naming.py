"""Names of figures: what a line calls the thing it measures. Knows words around an amount, not amounts or facts."""

from __future__ import annotations

import re

from retrieval.extract.statements import Statement
from retrieval.extract.terms import finance_class, is_exactly, is_metric, says
from retrieval.language.folding import folded
from retrieval.language.periods import find_periods

MOST_WORDS = 8
_SEPARATOR = re.compile(r"[,;|•()\[\]+→\"“”«»=×]|\.\s|:\s|\s[–—-]\s|\.$")
_CONNECTOR = re.compile(
    r"\s(?:con|with|para|for|vs\.?|versus|mediante|durante|hasta|desde|through|via|avec|pour|com|while|mientras)\s", re.I
)
_JOINED = re.compile(r"\s(?:con|with|y|and|e|et|com|avec)\s", re.I)
_CHANGE_NOUN = (
    r"(?:reducci[oó]n|reductions?|reduced|disminuci[oó]n|decrease|incrementos?|aumentos?|increases?|mejoras?|improvements?|"
    r"crecimiento|growth|menos|m[aá]s|more|less|fewer|higher|lower|faster|uplift|boost|redu[cç][aã]o|melhoria|r[eé]duction)"
)
_CHANGED = re.compile(
    r"\s+(?:mejorad[oa]s?|aumentad[oa]s?|reducid[oa]s?|incrementad[oa]s?|improved|increased|reduced|adicional(?:es)?)?"
    r"\s*(?:en|del?|a|al|un[oa]?|por|con|of|in|by|to|with|at|is|es|ser[aá]|from|desde|hasta|the|el|la|los|las|m[aá]s|"
    r"al\s+menos|up|than|que|of\s+the|para|for|around|about|over|under|menos|and|y)?$",
    re.I,
)
_LEADING_AFTER = re.compile(
    rf"^(?:del?|of|d[eo]s?)\s+|^{_CHANGE_NOUN}\s*(?:\b(?:en|del?|in|of|em|d[oa]s?)\b)?\s*|^(?:en|in|el|la|los|las|the|un|una|a|on)\s+",
    re.I,
)
_LEADING_BEFORE = re.compile(
    rf"^(?:{_CHANGE_NOUN}\s+(?:en|del?|in|of)?\s*|(?:el|la|los|las|un|una|the|a|an|y|and|de|del|con|with|en|in|of|to|al)\s+)",
    re.I,
)
_VERB = re.compile(
    r"^(?:[a-záéíóúñç]{2,}(?:ar|ir)(?:se)?|[A-ZÁÉÍÓÚ][a-záéíóúñç]{2,}(?:ar|ir)(?:se)?(?=\s+[a-záéíóúñç\d])|(?:obten|manten|v?end|ofrec|establec|"
    r"proteg|ten|resolv|promov|atra|exten|fortalec|s|hac|crec|mov|pod)er|reach|achieve|increase|reduce|improve|launch|maintain|keep|grow|expand|generate|close|hire|"
    r"deliver|build|complete|get|hit|ensure|scale|exceed|decrease|cut|boost|drive|secure|generando|logrando|alcanzando|"
    r"manteniendo|reaching|achieving|increasing|reducing|generating|maintaining)\s+",
    re.I,
)
_NOT_VERBS = frozenset(
    {"lugar", "dollar", "webinar", "year", "popular", "similar", "calendar", "seminar", "solar", "hogar", "celular", "regular"}
)
_CLAUSE = re.compile(
    r"(?:[a-záéíóú]+(?:ando|iendo|endo)|est[aá]n?|es|son|fue|ser[aá]|is|are|was|were|will|has|have|han|ha|can|pueden?|permit\w+)\b",
    re.I,
)
_RELATIVE = re.compile(r"\s(?:que|that|which|quien|para)\s", re.I)
_CHANGE_VERB = re.compile(
    r"\b(?:increment|aument|reduc|reduz|mejor|disminu|increas|reduce|improv|decreas|boost)\w*\s+(?:(?:el|la|los|las|the|su)\s+)?",
    re.I,
)


def phrase_after(text: str) -> str:
    """What an amount counts: the words behind it, up to where something else begins."""
    if re.match(r"\s*(?:y|and|e|et|o|or|u)\s", text):
        return ""
    text = _cut_period(text)
    text = _first_part(_SEPARATOR, text)
    text = _first_part(_CONNECTOR, " " + text.strip() + " ").strip()
    if _CLAUSE.match(text) or re.match(r"(?:cada\s+un[oa]|each|c/u|o\s+m[aá]s|or\s+more)\b", text, re.I):
        return ""
    for _ in range(3):
        text = _LEADING_AFTER.sub("", text.strip(), count=1)
    return _shortened(text)


def phrase_before(text: str) -> str:
    """What an amount is said of: the noun phrase in front of it."""
    text = re.sub(r"[\s(:]+$", "", text)
    if text.endswith(("×", "=", "→", "|", ",", ";", "+", "•", ")")):
        return ""
    parts = [part for part in _SEPARATOR.split(text) if part and part.strip()]
    text = _cut_period(parts[-1].strip() if parts else "")
    joined = _JOINED.split(" " + text)
    text = joined[-1].strip() if len(joined) > 1 and len(joined[-1].split()) > 1 else text
    changed = list(_CHANGE_VERB.finditer(text))
    rest = _CHANGED.sub("", " " + text[changed[-1].end() :].strip()).strip() if changed else ""
    if rest:
        text = rest
    elif _RELATIVE.search(text):
        text = _RELATIVE.split(text)[0]
    for _ in range(3):
        text = _LEADING_BEFORE.sub("", text.strip(), count=1)
        verb = _VERB.match(text)
        if verb and folded(verb[0]).strip() not in _NOT_VERBS:
            text = text[verb.end() :]
    for _ in range(3):
        text = _CHANGED.sub("", " " + text.strip()).strip()
    words = text.split()
    return " ".join(words[-MOST_WORDS:]) if len(words) <= 14 else ""


def kpi_name(one: Statement, before: str, after: str, *, alone: bool, unit: str) -> str:
    """Name of a figure on a line: its label, with what the amount counts where the label does not say it."""
    counted, said = phrase_after(after), phrase_before(before)
    phrase = counted or said
    if unit == "x":
        phrase = " ".join(part for part in (said, counted) if part)
    elif counted and said and _own_label(one) is None and not is_metric(counted):
        phrase = f"{said}: {counted}"
    label = _own_label(one)
    if label is None:
        return phrase or _context_name(one)
    if is_metric_label(label) and alone and not (counted and len(label.split()) == 1):
        return label
    if not phrase or folded(phrase) in folded(label):
        return label
    return f"{label}: {phrase}"


def finance_name(one: Statement, before: str, after: str) -> str:
    """Name of a money fact: the label, with the heading's words where the label is one any line could have."""
    label = one.label
    if label is None:
        said = phrase_before(before) or phrase_after(after)
        return said or _context_name(one)
    if find_periods(label) and len(label) < 12:
        return f"{label}: {phrase_after(after) or phrase_before(before) or one.heading or ''}".strip(" :")
    if is_exactly("generic_label", label) or is_exactly("total", label):
        above = one.parent.label or one.parent.text if one.parent else one.segment
        return f"{label}: {above}" if above else label
    said = phrase_before(before)
    return f"{label}: {said}" if said and folded(said) not in folded(label) else label


def is_metric_label(label: str) -> bool:
    """Whether a label names a metric by itself (`Feature Adoption`, `Tasa de conversión`)."""
    bare = re.sub(r"\s*\([^)]*\)", "", label)
    words = folded(bare).split()
    return bool(words) and len(words) <= 7 and (says("metric_label", bare) or is_metric(bare, strictly=True))


def _own_label(one: Statement) -> str | None:
    """The line's label with its item's name where nested; None for a label that only announces a statement."""
    label = one.label
    if label is None or _is_period_label(label):
        return None
    above = one.parent if one.parent is not None and not one.is_title else None
    if is_exactly("generic_label", label) and not says("metric_label", label) and finance_class(label) != "saving":
        return None
    if is_exactly("generic_label", label) and above is None:
        return label if says("metric_label", label) else None
    return f"{above.label or above.text}: {label}" if above is not None else label


def _is_period_label(label: str) -> bool:
    found = find_periods(label)
    return bool(found) and len(re.sub(r"[\W\d_]", "", label)) - sum(len(hit.period.raw) for hit in found) < 4


def _context_name(one: Statement) -> str:
    if one.label and _is_period_label(one.label):
        return one.segment or one.label
    if one.label:
        return (
            f"{one.parent.label or one.parent.text}: {one.label}"
            if one.parent
            else f"{one.label}: {one.segment or ''}".strip(": ")
        )
    above = one.parent.label or one.parent.text if one.parent else one.segment
    return above or one.text[:60]


def _first_part(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return text[: match.start()] if match else text


def _cut_period(text: str) -> str:
    """The text without the periods it names (`en los primeros 30 días`, `mensual`)."""
    for hit in reversed(find_periods(text)):
        head = re.sub(
            r"\s*\b(?:en|in|within|durante|over|por|para|al|the|el|los|las|del?|a|by|para\s+el)\s*$",
            "",
            text[: hit.start].rstrip(),
            flags=re.I,
        )
        head = re.sub(r"\s*\b(?:en|in|within|por|over|by)\s*$", "", head, flags=re.I)
        text = f"{head} {text[hit.end :].lstrip()}"
    return text


def _shortened(text: str) -> str:
    words = text.split()
    for at in range(1, len(words)):
        joins = folded(words[at]) in ("que", "that", "which", "y", "and", "or", "o")
        if joins and (at >= 3 or _VERB.match(" ".join(words[at + 1 :]))):
            words = words[:at]
            break
    return " ".join(words[:MOST_WORDS]).strip(" .:-–—*%")
