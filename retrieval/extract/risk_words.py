"""What a label, a heading or a table head says about risks. Rests on the word data `risks`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from retrieval.extract.wording import bare
from retrieval.language.folding import folded
from retrieval.language.vocabulary import vocabulary
from retrieval.language.wordlists import alternation, listed

FIELDS = ("mitigation", "contingency", "monitoring", "symptoms", "trigger", "probability", "impact")
OTHER = "other"
"""Part of a risk without a field of its own."""
_STEMS = (("mitig", "mitigation"), ("contingen", "contingency"), ("preven", "mitigation"), ("monitor", "monitoring"))
_NOT_LETTERS = re.compile(r"[^a-z' ]+")
_ARROWS = re.compile("[→⇒|]|->|=>")
_BRACKETS = re.compile(r"\([^()]*\)")


def field_of(label: str) -> str | None:
    """The field of a risk this label or table head names, `other`, or None."""
    if _ARROWS.search(label):
        return None
    word = " ".join(_NOT_LETTERS.sub(" ", _BRACKETS.sub(" ", folded(label))).split())
    known = _fields().get(word)
    if known is not None or not word or word.count(" ") > 4:
        return known
    return next((field for stem, field in _STEMS if any(part.startswith(stem) for part in word.split())), None)


def names_risk(text: str) -> bool:
    """True where the word risk, or threat, stands in the text."""
    return listed("risks", "risk").search(folded(text)) is not None


def is_risk_list(heading_path: Sequence[str], label: str | None) -> bool:
    """True where plain items are risks: the nearest title lists risks, or the one above does and this one divides them."""
    trail = [folded(text) for text in (*heading_path, *([label] if label else []))]
    if not trail or names_risk(trail[-1]):
        return bool(trail) and _lists_risks(trail[-1])
    divides = not any(listed("risks", table).search(trail[-1]) for table in ("about_risks", "measures"))
    return divides and len(trail) > 1 and _lists_risks(trail[-2]) and not manages_risks(trail[-2])


def is_bare_title(title: str) -> bool:
    """`Riesgos`, `Gestión de riesgos`: a title over risks, not the name of one."""
    rest = folded(title)
    for table in ("risk", "management", "handling", "title"):
        rest = listed("risks", table).sub(" ", rest)
    return re.search(r"[a-z]{3}", rest) is None


def manages_risks(title: str) -> bool:
    """True for `Gestión de riesgos`, where items may be practices as well as risks."""
    return listed("risks", "management").search(folded(title)) is not None


def handles_risks(texts: Sequence[str]) -> bool:
    """True where the texts speak of mitigation or of handling."""
    return any(listed("risks", "handling").search(folded(text)) for text in texts)


def is_grade(text: str) -> bool:
    """`Alta`, `High / Medium`, `Bajo riesgo`: a grade, not a statement."""
    words = re.findall(r"[a-z]+", listed("risks", "risk").sub(" ", folded(text)))
    return bool(words) and all(word in _grades() for word in words)


def risk_columns(header: Sequence[str]) -> dict[str, int] | None:
    """Columns of a risk register by field, the risk's own under `risk`; None for a table that is no register."""
    columns: dict[str, int] = {}
    names = set(vocabulary("risks")["name_column"]["list"])
    for position, head in enumerate(header):
        word = " ".join(_NOT_LETTERS.sub(" ", folded(head)).split())
        if word in names:
            columns.setdefault("risk", position)
        elif (field := field_of(head)) in FIELDS and field is not None:
            columns.setdefault(field, position)
    return columns if {"mitigation", "contingency", "probability", "impact"} & columns.keys() else None


def split_details(text: str) -> tuple[str, dict[str, str]]:
    """`X (Probabilidad: Alta). Mitigación: Y` as what stands before the first label, and the labelled parts."""
    level = folded(text)
    marks = [(match.start(), match.end(), field_of(match["label"])) for match in _inline_label().finditer(level)]
    known = [mark for mark in marks if mark[2] is not None]
    if not known:
        return text, {}
    ends = [start for start, _, _ in known[1:]] + [len(text)]
    parts = {}
    for (_, end, field), stop in zip(known, ends, strict=True):
        value = text[end:stop].strip(" .;,|)–—-→")
        if field in FIELDS and value:
            parts[str(field)] = value
    return text[: known[0][0]].strip(" .;,:|(–—-→"), parts


def is_nameless(name: str) -> bool:
    """`T004`, `None this week`, a grade, a row of bars: nothing that could be named as a risk."""
    words = re.findall(r"[^\W\d_]{2,}", name)
    return not words or "|" in name or is_grade(name) or listed("risks", "nothing").match(folded(name)) is not None


def strip_through(text: str) -> str:
    """`Mitigación mediante seguros` as `seguros`; other texts as they are."""
    match = _through().match(folded(text))
    return text[match.end() :] if match else text


def is_mitigation_phrase(text: str) -> bool:
    """True for `Mitigación mediante ...`."""
    return _through().match(folded(text)) is not None


def risk_name(plain: str) -> str:
    """A risk's name without numbering, code or the word before its colon: `Riesgo 1: X`, `R-01 X` and `1. X` are `X`."""
    name = bare(plain)
    match = _own_label().match(folded(name))
    return bare(name[match.end() :]) if match and name[match.end() :].strip() else name


def labels_risk(label: str) -> bool:
    """True for the labels `Riesgo`, `Risk 2`, `R3`."""
    return _own_label().fullmatch(folded(label).strip() + ":") is not None


def _lists_risks(heading: str) -> bool:
    match = listed("risks", "list_of_risks").search(heading) or listed("risks", "listing").search(heading)
    if match is None or listed("risks", "about_risks").search(heading):
        return False
    return listed("risks", "measures").search(heading[: match.start()]) is None


@cache
def _fields() -> dict[str, str]:
    data = vocabulary("risks")
    return {term: field for field in (*FIELDS, OTHER) for term in data[field]["list"]}


@cache
def _grades() -> frozenset[str]:
    return frozenset(vocabulary("risks")["grades"]["list"])


@cache
def _inline_label() -> re.Pattern[str]:
    terms = [term for term, field in _fields().items() if field != OTHER and len(term) > 3]
    return re.compile(rf"(?:^|(?<=[.;|(,→–—-])|(?<=\s-\s))\s*(?P<label>{alternation(terms)})\s*:\s*")


@cache
def _through() -> re.Pattern[str]:
    data = vocabulary("risks")
    nouns = alternation(["mitigacion", "mitigar", "mitigation", "mitigate", "mitigacao", "attenuation", "mitigado", "mitigated"])
    return re.compile(rf"{nouns}\s*(?::|\b{alternation(data['through']['list'])}\b)\s*")


@cache
def _own_label() -> re.Pattern[str]:
    singular = alternation(["riesgo", "risk", "risco", "risque", "amenaza", "threat"])
    return re.compile(
        rf"(?:(?:{singular}(?:\s+(?:identificado|principal|critico|clave))?\s*#?\s*\d{{0,2}})\s*(?::|\s[-–—])|r-?\s?\d{{1,3}}\s*[:.)–—-])\s*"
    )
