"""A model that behaves: calls an offered tool chosen by words of the question, then quotes what the tool found.

Stands in for a language model where the protocol and the guards are tried, so its rules are few and its answers plain.
Knows tools only by what the request offers: their names and their arguments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from integrations.dev.wire import Call, ChatRequest, Function, Message, Reply

UNANSWERED = "[unanswered]"
MARK = re.compile(r"\[[ec]\d+\]")
SHOWN_ROWS = 6
WORDS_TO_TOOL = (
    # words of the question -> part of a tool's name; the first row whose words and tool are both there
    (r"conflict|contradic|confli|incoh", "conflict"),
    (r"risk|riesg|risque|risc|mitig|conting|atenu", "risk"),
    (r"task|tarea|tâche|tarefa|checklist|actividad|activit|atividad|hay que hacer|por hacer|toca", "task"),
    (r"\bsum|total of|together|suma|en total|soma|somme|add up", "sum"),
    (r"(calcula|compute|net|neto|net|weighted|ponderado).*\broi\b|\broi\b.*(neto|net|ponderado|weighted)", "roi"),
    (r"\b(nps|csat|mrr|arr|arpu|cac|ltv|churn|uptime)\b", "kpi"),
    (r"\broi\b|invers|invest|payback|presupuesto|budget|cost|cuesta|salari|ahorro|saving|precio", "finance"),
    (r"\bcu[aá]ndo\b|\bwhen\b|\bquand\b|\bquando\b|en qu[eé] mes|which month|fase|phase|palanca|lever|levier", "phases"),
    (r"\d|meta|objetivo|target|goal|kpi|m[eé]trica|metric", "kpi"),
)
METRICS = re.compile(
    r"\b(?:NPS|CSAT|MRR|ARR|ARPU|CAC|LTV/CAC|LTV|ROI|churn(?: (?:mensual|rate|mensal))?|uptime|retenci[oó]n|retention)\b",
    re.IGNORECASE,
)
PERIOD = re.compile(
    r"\b(?:mes|month|mois|m[eê]s|semanas?|weeks?|semaines?|fase|phase|palanca|lever|d[ií]as?|days?|trimestre|a[ñn]o|year)"
    r" \d+(?:\s?[-–a]\s?\d+)?\b|\bQ[1-4](?: \d{4})?\b",
    re.IGNORECASE,
)
WEEKDAY = re.compile(
    r"\b(?:lunes|martes|mi[eé]rcoles|jueves|viernes|monday|tuesday|wednesday|thursday|friday|lundi|mardi|mercredi|jeudi"
    r"|vendredi|segunda|ter[cç]a|quarta|quinta|sexta)\b",
    re.IGNORECASE,
)
DOCUMENT = re.compile(
    r"\b(?:plan|estrategia|plano|estrat[eé]gia)(?: de(?: las?| los)?| d[aeo]s?| des?)? (?P<es>(?!de\b)[\w-]+)"
    r"|\bseg[uú]n (?:el|las?|los) (?P<per>[\w-]+)"
    r"|\b(?!(?:del|el|un|al|le|du|do|no|o|the|a|this)\b)(?P<en>[\w-]+) (?:plan|strategy)\b",
    re.IGNORECASE,
)
QUESTION_WORDS = set(
    "cuál cual cuáles qué que cómo como cuánto cuánta cuántos cuántas cuándo es son el la los las de del en y para por un una "
    "se hay what which how much many is are the of in for and to does do when a an quel quelle quels est sont le les des du et "
    "pour au qual quais é são o os as do da dos das no na e meta objetivo objectif target goal".split()
)
REFUSALS = {
    "es": "Los documentos no lo dicen.",
    "en": "The documents do not say.",
    "pt": "Os documentos não dizem.",
    "fr": "Les documents ne le disent pas.",
}
TELLTALES = {
    "en": "the what which how when is are and does many list",
    "pt": "qual quais não são uma os das dos é quando em",
    "fr": "quel quelle quels le les des est sont du au quand combien",
    "es": "cuál qué cuánto cuándo el los las del es cómo hay",
}
TOLD_BESIDE = ("span", "mitigation", "contingency", "monitoring", "symptoms", "probability", "impact", "trigger")
HIDDEN = {"e", "id", "fact_id", "entry_id", "document", "lines", "line", "score", "heading_path", "coverage", "lacks", "kind"}


def reply(request: ChatRequest) -> Reply:
    """The next message of a well-behaved model."""
    if not request.offered and (draft := _draft(request)):
        return Reply(draft)
    asked = question(request)
    results = [message for message in request.messages if message.role == "tool"]
    found = [row for result in results for row in _rows(result)]
    if found and not request.must_call:
        return Reply(_written(found))
    searches = [function for function in request.offered if "search" in function.name]
    called = {call.function.name for message in request.messages for call in message.tool_calls}
    offered = [function for function in (searches if called and searches else request.offered) if function.name not in called]
    tool = choose(asked, offered)
    if tool is not None and len(results) < 2:
        return Reply(calls=(Call(tool.name, json.dumps(arguments(tool, asked), ensure_ascii=False)),))
    return Reply(f"{UNANSWERED} {REFUSALS[language(asked)]}")


def _draft(request: ChatRequest) -> str:
    """The marked draft that is to be edited; a careful editor may leave it as it is. Empty where there is none."""
    drafts = (message.text for message in request.messages if message.role == "user" and MARK.search(message.text))
    return next(drafts, "")


def question(request: ChatRequest) -> str:
    """The question of the turn: the last user message before the first tool call."""
    asked = ""
    for message in request.messages:
        if message.role == "user":
            asked = message.text
        if message.tool_calls:
            break
    return asked


def choose(asked: str, offered: list[Function]) -> Function | None:
    """The offered tool for the question's words; a search for what no rule knows; None when nothing fits."""
    for words, part in WORDS_TO_TOOL:
        if re.search(words, asked, re.IGNORECASE):
            for function in offered:
                if part in function.name:
                    return function
    searches = [function for function in offered if "search" in function.name]
    return next(iter(searches or offered), None)


def arguments(tool: Function, asked: str) -> dict[str, Any]:
    """Arguments filled from the question, by the names the tool gives them."""
    period = PERIOD.search(asked)
    weekday = WEEKDAY.search(asked)
    metric = METRICS.search(asked)
    document = DOCUMENT.search(asked)
    subject = _subject(asked)
    guesses = {
        "metric": metric.group() if metric else subject,
        "item": subject,
        "query": asked if "search" in tool.name else subject,
        "section": subject,
        "period": period.group() if period else None,
        "weekday": weekday.group() if weekday else None,
        "document": next(filter(None, document.groups())) if document else None,
        "question": asked,
        "text": asked,
    }
    properties = tool.parameters.get("properties", {})
    required = tool.parameters.get("required", [])
    free = {"query", "section"} - set(required)
    # A period or a weekday already narrows a list; the question's words on top would empty it.
    narrow = free if (period or weekday) and "search" not in tool.name else {"section"} - set(required)
    filled = {name: guesses[name] for name in properties if guesses.get(name) and name not in narrow}
    for name in required:
        filled.setdefault(name, _allowed(properties.get(name, {}), asked))
    return filled


def language(text: str) -> str:
    """Two letters, by function words; Spanish when undecided."""
    words = re.findall(r"\w+", text.lower())
    votes = {code: sum(word in told.split() for word in words) for code, told in TELLTALES.items()}
    best = max(votes, key=lambda code: votes[code])
    return best if votes[best] > votes["es"] else "es"


def _subject(asked: str) -> str:
    quoted = re.search(r"[\"“«]([^\"”»]+)[\"”»]", asked)
    if quoted:
        return quoted.group(1).strip()
    rest = asked
    for other in (PERIOD, WEEKDAY, DOCUMENT):
        rest = other.sub(" ", rest)
    kept = [word for word in re.findall(r"[\w/%-]+", rest) if word.lower() not in QUESTION_WORDS]
    return " ".join(kept[:6]) or asked.strip()


def _allowed(schema: dict[str, Any], asked: str) -> Any:
    if schema.get("enum"):
        return schema["enum"][0]
    numbers = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
    return numbers.get(schema.get("type", "string"), asked)


def _rows(message: Message) -> Iterator[dict[str, Any]]:
    try:
        told = json.loads(message.text)
    except ValueError:
        yield from _table_rows(message.text)
        return
    listed = told if isinstance(told, list) else []
    if isinstance(told, dict):
        listed = [*(told.get("calculations") or ()), *(told.get("rows") or ())]
    yield from (row for row in listed if isinstance(row, dict))


def _table_rows(text: str) -> Iterator[dict[str, Any]]:
    """Rows of a table whose header says what its columns are, `e` or `c` first; calculations before what they rest on."""
    rows: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    columns: list[str] = []
    for line in text.split("\n"):
        cells = line.split("\t")
        if cells[0] in ("e", "c"):
            columns = cells
        elif columns and re.fullmatch(r"[ec]\d+(,[ec]\d+)*", cells[0]):
            row: dict[str, Any] = dict(zip(columns[1:], cells[1:], strict=False))
            row = {name: cell for name, cell in row.items() if cell}
            if columns[0] == "c":
                steps.append({**row, "id": cells[0]})
            else:
                rows.append({**row, "e": cells[0].split(",")})
    yield from (*steps, *rows)


def _written(rows: list[dict[str, Any]]) -> str:
    return "\n".join(_sentence(row) for row in rows[:SHOWN_ROWS])


def _sentence(row: dict[str, Any]) -> str:
    marks = row.get("e") or ([row["id"]] if re.fullmatch(r"c\d+", str(row.get("id", ""))) else [])
    cited = "".join(f"[{mark}]" for mark in marks)
    return f"- {_quoted(row)} {cited}".rstrip()


def _quoted(row: dict[str, Any]) -> str:
    if "formula" in row:
        return f"{row.get('name') or 'result'}: {row.get('result')} {row.get('unit') or ''}".rstrip()
    for name in ("quote", "text", "raw"):
        if isinstance(row.get(name), str):
            title = row.get("name")
            told = str(row[name]).strip()
            if isinstance(title, str) and title not in told:
                told = f"{title}: {told}"
            beside = [f"{field}: {row[field]}" for field in TOLD_BESIDE if field in row and str(row[field]) not in told]
            return "; ".join([told, *beside])
    return "; ".join(str(value) for name, value in row.items() if name not in HIDDEN and isinstance(value, str | int | float))
