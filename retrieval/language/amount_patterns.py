"""Patterns of single amounts, built from `words/amounts.toml` on first use. Knows the shape of a number, not what it measures."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from retrieval.language.folding import folded
from retrieval.language.vocabulary import vocabulary
from retrieval.language.wordlists import alternation

NUMBER = (
    r"(?>\d{1,3}(?:[.,'\u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d{1,6}(?!\d))?"
    r"|\d{1,3}(?:[ ]000)+(?!\d)"
    r"|\d{1,3}(?:[ ]\d{3})+(?=\s?(?:€|EUR|\$|USD|%))"
    r"|\d{1,15}(?:[.,]\d{1,6}(?!\d))?)"
)
DASH = r"\-\u2010\u2011\u2012\u2013\u2014\u2212"
ARROW = re.compile(r"\s*(?:→|➔|➜|⇒|[-=]+>)\s*")

MASKS = re.compile(
    r"""(?x)
    https?://\S+ | www\.\S+ | \S+@\S+\.\w+ | \]\([^)\s]*\)                # addresses
    | \$\([^)]*\) | \{\{?[^}]*\}\}?                                     # shell and template placeholders
    | \[[^\]\n]*\](?!\()(?:\s?/\s?\d+)?                                # bracket placeholders
    | \#[0-9A-Fa-f]{6}\b | \#\d+                                       # colours, `#1`
    | \b\d{4}-\d{2}(?:-\d{2})?\b(?!-) | \b\d{1,2}/\d{1,2}/\d{2,4}\b    # dates
    | \b\d{1,2}:\d{2}(?::\d{2})?\b(?!:) | \b\d+:(?!1\b)\d+ | \b[A-Za-z]:1\b   # times of day, `1:20`
    | \b\d{1,2}\s?[ap]\.?m\.?\b
    | \+\d{1,3}[\s(-]\d[\d\s()-]{6,18} | \b\d{3}[-.\s]\d{3,4}[-.\s]\d{4}\b   # telephone numbers
    | \b\d+(?:-\d+){2,}\b                                              # `30-60-90`
    | \b(?!\d{1,3}(?:\.\d{3})+(?![\w.]))(?!\d{1,3}(?:\.\d{3})+\.(?!\w))   # not `1.250.000`, but:
      [vV]?\d+\.\d+\.\d+[\w.]*                                         # versions, numbered headings
    | \b24\s?[/x]\s?7\b | \b\d+/\d+/\d+\b
    """
)
"""Digits that are addresses, names, dates: blanked before amounts are looked for."""


@dataclass(frozen=True)
class AmountPatterns:
    """Compiled patterns and the meaning of their words, folded."""

    atom: re.Pattern[str]
    rate: re.Pattern[str]
    before: tuple[tuple[str, re.Pattern[str]], ...]
    after: tuple[tuple[str, re.Pattern[str]], ...]
    label: re.Pattern[str]
    month: re.Pattern[str]
    change: re.Pattern[str]
    currencies: dict[str, str]
    scales: dict[str, str]
    times: dict[str, str]
    rates: dict[str, str]


@cache
def patterns() -> AmountPatterns:
    """The patterns, compiled once."""
    known = vocabulary("amounts")
    signs: dict[str, str] = known["currency_signs"]
    codes: list[str] = known["currency_codes"]["list"]
    names: dict[str, str] = known["currency_names"]
    times = {folded(word): unit for unit, listed in known["time_units"].items() for word in listed}
    rates = {folded(word): unit for unit, listed in known["rates"].items() for word in listed}
    rates |= {folded(word) + "s": unit for unit, listed in known["rates"].items() for word in listed if len(word) > 3}
    return AmountPatterns(
        atom=_atom(signs, codes, names, known["scales"], known["time_units"]),
        rate=_rate(rates),
        before=tuple(
            (sign, re.compile(r"(?<!\w)" + alternation(listed) + r"\s+(?:(?:un|una|el|la|los|las|a|an|the|us)\s+)?$"))
            for sign, listed in known["comparators"].items()
        ),
        after=tuple(
            (sign, re.compile(r"\s+(?:\w+\s+)?" + alternation(listed) + r"(?!\w)")) for sign, listed in known["after"].items()
        ),
        label=re.compile(r"(?<!\w)" + alternation(known["labels"]["list"]) + r"\s+(?:n[oº.]+\s*)?$"),
        month=re.compile(r"(?<!\w)" + alternation(known["months"]["list"]) + r"\.?(?!\w)"),
        change=re.compile(r"(?<!\w)" + alternation(known["change_verbs"]["list"])),
        currencies={folded(word): code for word, code in {**signs, **names, **{code: code for code in codes}}.items()},
        scales={folded(word): factor for word, factor in known["scales"].items()},
        times=times,
        rates=rates,
    )


def _atom(
    signs: Iterable[str], codes: list[str], names: Iterable[str], scales: Iterable[str], times: dict[str, list[str]]
) -> re.Pattern[str]:
    sign_group, code_group = _either(signs), _either(codes)
    scale_words = _either(word for word in scales if len(word) > 2)
    spaced = _either(word for listed in times.values() for word in listed if len(word) > 1)
    attached = _either(word for listed in times.values() for word in listed if 1 < len(word) <= 3)
    letters = _either(word for listed in times.values() for word in listed if len(word) == 1)
    return re.compile(
        rf"""(?x)
        (?P<compare>(?:<=|>=|=<|(?<![-=<])>|<|≤|≥|~|≈|±)\s?)?
        (?P<sign>(?<![\w%$€)])[+{DASH}](?=[\d$€£]|[A-Z]{{1,3}}\$))?
        (?P<currency>(?:(?<![\w]){code_group}\s?\$?|(?<![A-Za-z]){sign_group})\s?(?P<inner>[{DASH}](?=\d))?)?
        (?<![\w.,])(?P<number>{NUMBER})
        (?P<scale>\s?(?i:{scale_words})(?!\w)|\s?(?:Md|M|K|k)(?=\s?[€£])|(?(currency)\s?(?:MM|mm|[kKmMbBtT])|(?:MM|K|k|M|B))(?!\w))?
        (?P<plus>\+(?!\d))?
        (?:
          (?P<percent>\s?%|\s(?i:por\s?ciento|percent)\b)
          |(?P<points>\s?(?i:pp|p\.p\.|puntos\sporcentuales|percentage\spoints|pontos\spercentuais)(?!\w))
          |(?P<times>\s?[xX×](?!\w))
          |(?P<ratio>\s?:\s?1(?!\d|[:.,]\d))
          |(?P<score>\s?/\s?(?:10|5|100)(?![\d/.,]))
          |(?(currency)(?!)|(?P<time>(?:{letters}|(?i:{attached}))(?!\w)|\s(?i:{spaced})(?!\w|\s\d(?![\d.,]*\s[^\W\d]+\s\([+{DASH}]))))
          |(?P<money>\s?(?:(?:de|of)\s)?(?:€|£|\$(?!\d)|(?i:{_either(names)})(?!\w)|{code_group}(?!\w)))
        )?
        (?P<more>\+(?!\d))?
        (?![\w])
        """
    )


def _rate(rates: Iterable[str]) -> re.Pattern[str]:
    """`/mes`, `/usuario/mes`, `por usuario al mes`, `per user per month`: one or two unit words behind an amount."""
    unit = alternation(rates)
    step = rf"(?:\s?/\s?|\s+(?:por|per|al|a\s+la|cada|a|each|par)\s+){unit}(?!\w)"
    return re.compile(rf"\+?{step}(?:{step})?")


def _either(terms: Iterable[str]) -> str:
    ordered = sorted(set(terms), key=lambda term: (-len(term), term))
    return "(?:" + "|".join(re.escape(term).replace(r"\ ", r"\s") for term in ordered) + ")"
