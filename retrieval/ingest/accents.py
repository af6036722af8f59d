"""Accents that damage has taken away: which letter stood there, by vocabulary first and by spelling rules after.

Knows words, not code pages. The vocabulary is general Spanish of business documents plus the words of the document itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import cache, partial
from importlib.resources import files

GAP = "\ufdd0"
"""Stands for one lost letter: í, Í or Á. A noncharacter, so that no document can hold it by right."""

_WORD = re.compile(rf"[^\W\d_{GAP}]*{GAP}(?:[^\W\d_]|{GAP})*")
_ANY_WORD = re.compile(r"[^\W\d_]+")
_ASCII_WORD = re.compile(r"(?<![^\W\d_])[A-Za-z]{2,40}(?![^\W\d_])")

# Upper case without a known word: Á before and after these letters, else Í, as in the endless -ÍA and -ÍO.
_A_ACUTE = re.compile(
    r"(?:GR_FIC|C?[MCU]_TIC|[RTD]_CTIC|_LISIS|_NE[OA]|R_N?$|F_CIL|[NRG]_MIC|_MBI|R_PID|[BL]_SIC|M_XIM|P_GIN|ND_R|_REA|P?L_STIC"
    r"|T_STIC|R_STIC|EST_|M_S$|D_CTIC|C_LCUL|H_BI|C_MARA|R_CTER|R_METR|[GPF]_NIC|V_LID|_CUL|_RQUI|_ST?RIC|CU_[LN]|_GIL|S_BAD|T_TIL)"
)
_I_ACUTE_INITIAL = re.compile(r"(?:ndi[cg]|ndole|tem|nteg|ntim|con[oi]|dolo|bero|gnic)", re.IGNORECASE)

# Gone capitals in short or ambiguous words, only where nothing else can be meant.
_SHORT = {
    "DAS": "DÍAS",
    "AO": "AÑO",
    "AOS": "AÑOS",
    "GUA": "GUÍA",
    "GUAS": "GUÍAS",
    "QU": "QUÉ",
    "MS": "MÁS",
    "PAS": "PAÍS",
    "RAZ": "RAÍZ",
}
_DAY = re.compile(r"(?<![^\W\d_])DA(?= \d)")
_NOT_LOST = frozenset(("poca", "pocas", "tomo", "cono", "conos", "tico", "dolo", "pera", "rbita", "ste", "sta", "stos"))
_MIN_SPANISH = 3
_NEAR = 40
_ION = re.compile(r"(?<=[A-Z]{2}[CX])IN$|(?<=[A-Z]{3}S)IN$|(?<=[A-Z]{2}ST)IN$")


@cache
def vocabulary() -> frozenset[str]:
    """Spanish words with an accent or ñ, lower case."""
    return frozenset(files("retrieval.ingest").joinpath("words", "accented_es.txt").read_text("utf-8").split())


def words_of(text: str) -> frozenset[str]:
    """The document's own words with letters beyond ASCII, lower case."""
    return frozenset(word.lower() for word in _ANY_WORD.findall(text) if not word.isascii())


def fill_gaps(line: str, own: Collection[str], *, lower_possible: bool) -> str:
    """The line with each GAP replaced; `lower_possible` False where í would have survived, so that only capitals are gone."""
    return _WORD.sub(partial(_filled, own=own, lower_possible=lower_possible), line) if GAP in line else line


def _filled(match: re.Match[str], own: Collection[str], lower_possible: bool) -> str:
    word = match[0]
    letters = word.replace(GAP, "")
    if not letters:
        return word.replace(GAP, "í" if lower_possible else "Á")
    if letters.isupper() and (len(letters) > 1 or word[0] != GAP):
        if len(letters) == 1 and lower_possible and not _is_shouted(match):
            return word.replace(GAP, "í")
        return _upper(word, own)
    rest = word[1:]
    if word[0] == GAP:
        before = _before(match).rstrip()[-1:]
        return _initial(rest, before, own, lower_possible) + rest.replace(GAP, "í")
    return word.replace(GAP, "í" if lower_possible else "Í")


def _is_shouted(match: re.Match[str]) -> bool:
    """True for SÍ in upper case: beside words in upper case, or after a word that a capital S could not follow."""
    before, after = _before(match), match.string[match.end() : match.end() + _NEAR]
    beside = _ANY_WORD.findall(before)[-1:] + _ANY_WORD.findall(after)[:1]
    return any(len(word) > 1 and word.isupper() for word in beside) or before.rstrip()[-1:].islower()


def _before(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - _NEAR) : match.start()]


def _known(word: str, own: Collection[str]) -> bool:
    lower = word.lower()
    forms = {lower, lower.removesuffix("s"), lower.removesuffix("es"), re.sub("(as?|os)$", "o", lower)}
    return any(form in own or form in vocabulary() for form in forms)


def _upper(word: str, own: Collection[str]) -> str:
    for letter in "ÁÍ":
        if _known(word.replace(GAP, letter), own):
            return word.replace(GAP, letter)
    return word.replace(GAP, "Á" if _A_ACUTE.search(word.replace(GAP, "_")) else "Í")


def _initial(rest: str, before: str, own: Collection[str], lower_possible: bool) -> str:
    is_i = _I_ACUTE_INITIAL.match(rest) is not None or (_known("í" + rest, own) and not _known("á" + rest, own))
    if not is_i:
        return "Á"
    return "í" if lower_possible and (before.isalnum() or before in tuple(",)%")) else "Í"


def reads_spanish(text: str) -> bool:
    """True when the document's accented words are Spanish ones; Portuguese shares many, but never -ión."""
    own = words_of(text)
    # A Spanish plan may well speak of São Paulo.
    portuguese = sum(word.endswith(("ção", "ções", "ão")) for word in own)
    return len(own & vocabulary()) >= _MIN_SPANISH and portuguese <= sum(word.endswith("ión") for word in own) // 4


def restore_capitals(line: str, restorer: Callable[[str], str]) -> str:
    """The line with its words passed through `capital_restorer`'s function."""
    return _ASCII_WORD.sub(lambda match: restorer(match[0]), _DAY.sub("DÍA", line))


def capital_restorer(text: str) -> Callable[[str], str]:
    """A function that gives a word its lost accented capitals back, for a document that lost all of them.

    ESTRATGICO is ESTRATÉGICO without a letter; a word is only completed when the gap is not itself a word of the document.
    """
    own = words_of(text)
    lower = {word for word in _ANY_WORD.findall(text) if word.islower() and word.isascii()}
    gone: dict[str, str] = {}
    initial: dict[str, str] = {}
    for word in sorted(own) + sorted(vocabulary()):
        key = "".join(char for char in word if char.isascii())
        if not word[0].isascii() and word[1:].isascii() and len(key) >= 3 and key not in _NOT_LOST:
            initial.setdefault(key, word)
            gone.setdefault(key, word)
        elif len(key) >= 4 and key not in lower:
            gone.setdefault(key, word)

    def restored(word: str) -> str:
        if word.isupper():
            if word in _SHORT:
                return _SHORT[word]
            full = gone.get(word.lower()) or _singular(word.lower(), gone)
            return full.upper() if full else _ION.sub("IÓN", word)
        if word.islower() and word in initial:
            return initial[word].capitalize()
        return word

    return restored


def _singular(key: str, gone: dict[str, str]) -> str | None:
    for suffix in ("s", "es"):
        if key.endswith(suffix) and (full := gone.get(key.removesuffix(suffix))) and full[-1] in "aeorlnd":
            return full + suffix if not full.endswith("ón") else None
    return None
