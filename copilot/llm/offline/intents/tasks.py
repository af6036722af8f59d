"""What is to be done: tasks of a period, a section, a weekday; their number; what a task consists of."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.llm.offline.intents.base import Call, Found
from copilot.llm.offline.intents.choose import answers, by_document
from copilot.llm.offline.intents.sections import section_answer
from copilot.llm.offline.phrasing import LONGEST_LIST, Row, fitted, marks
from copilot.llm.offline.question import Asked

MOST_MARKS = 19
MOST_BY_DOCUMENT = 4
MOST_TASKS = 18


class Tasks:
    """Questions for tasks, activities, or what to do."""

    def fits(self, asked: Asked) -> bool:
        """By its words, or by a weekday."""
        if asked.has("count") and not asked.has("count_tasks"):
            return False
        if asked.has("when") and asked.weekday is None:
            return False
        return asked.has("task_words", "done", "pending") or asked.weekday is not None

    def calls(self, found: Found) -> list[Call]:
        """Tasks and, should there be none, the section."""
        asked = found.asked
        done = True if asked.has("done") else False if asked.has("pending") else None
        if found.round == 0:
            query = asked.quoted[0] if asked.quoted else asked.subject
            place = {"period": asked.period, "document": asked.document}
            return [
                ("list_tasks", {"query": query, "weekday": asked.weekday, "done": done, **place}),
                ("read_section", {"section": query, **place}),
                ("list_phases", {"query": asked.period or query, **place}),
            ]
        return []

    def draft(self, found: Found) -> str | None:
        """A count, a list, or lists by document."""
        asked = found.asked
        tasks = found.rows("list_tasks")
        placed = bool(asked.document and (asked.period or asked.weekday))
        named = [row for row in tasks if placed or not row.get("missing") or answers(asked, row, enough=0.55)]
        sections = found.rows("read_section")
        if asked.has("count") and named and not asked.quoted:
            return _counted(found, named)
        sure = asked.has("done", "pending") or asked.weekday is not None
        if not named or (sections and not sure and _better_section(sections[0], named[0])):
            return section_answer(found) or found.refusal(sections[0] if sections else None)
        if len(named) == 1 and named[0].get("subitems"):
            return _parts(found, named[0])
        groups = by_document(named)
        if len(groups) > 1:
            return _by_document(found, groups)
        return _listed(found, named)


def _better_section(section: Row, task: Row) -> bool:
    return float(section.get("own", 0)) > 0.9 and float(task.get("match", 0)) < float(section.get("match", 0)) - 0.15


def _counted(found: Found, tasks: Sequence[Row]) -> str:
    phrasing = found.phrasing
    groups = by_document(tasks)
    calculations = found.calculations("list_tasks")
    if len(groups) == 1 and calculations and int(calculations[0].result) == len(tasks):
        sentence = "count_done" if found.asked.has("done") else "count"
        told = phrasing.say(sentence, n=len(tasks), title=phrasing.title(tasks[0]))
        return f"{told} [{calculations[0].id}]{_all_marks(tasks)}"
    lines = [phrasing.say("several_documents")]
    lines += [f"- {phrasing.title(rows[0])}: {len(rows)} {_all_marks(rows)}" for rows in groups.values()]
    return fitted(lines, LONGEST_LIST)


def _all_marks(rows: Sequence[Row]) -> str:
    ids = dict.fromkeys(one for row in rows for one in row["e"])
    return "".join(f"[{one}]" for one in list(ids)[:MOST_MARKS])


def _parts(found: Found, task: Row) -> str:
    phrasing = found.phrasing
    lines = [f"{phrasing.say('according', title=phrasing.title(task))} **{task['text'][:78]}** {marks(task)}"]
    lines += [f"- {phrasing.words(part['text'], task)} {marks(part)}" for part in task["subitems"]]
    return fitted(lines, LONGEST_LIST)


def _listed(found: Found, tasks: Sequence[Row]) -> str:
    phrasing = found.phrasing
    merged: dict[str, list[str]] = {}
    for row in tasks:
        merged.setdefault(_shown(found, row), []).extend(row["e"])
    headings = list(dict.fromkeys(str(row["sections"][0]) for row in tasks if row.get("sections")))
    lines = [phrasing.say("according", title=phrasing.title(tasks[0]))]
    if len(headings) == 1:
        lines = [f"{lines[0]} {phrasing.words(headings[0], tasks[0])} {marks(tasks[0], tasks[0].get('context_e', ()))}"]
    for text, ids in list(merged.items())[:MOST_TASKS]:
        lines.append(f"- {text} {''.join(f'[{one}]' for one in dict.fromkeys(ids))}")
    return fitted(lines, LONGEST_LIST)


def _shown(found: Found, row: Row) -> str:
    text = found.phrasing.words(str(row["text"]), row)
    parts = [part["text"] for part in row.get("subitems", ())]
    return f"{text} ({found.phrasing.words('; '.join(parts), row)})" if parts and len("; ".join(parts)) < 110 else text


def _by_document(found: Found, groups: dict[str, list[Row]]) -> str:
    phrasing = found.phrasing
    lines = [phrasing.say("several_documents")]
    phases = by_document(found.rows("list_phases"))
    for document, rows in groups.items():
        phase = phases.get(document, [None])[0]
        head = f": {phrasing.words(str(phase['text']), phase)} {marks(phase)}" if phase else ""
        lines.append(f"{phrasing.title(rows[0])}{head}")
        lines += [
            f"- {phrasing.words(str(row['text']), row)} {marks(row)}" for row in rows[:MOST_BY_DOCUMENT] if _fresh(row, phase)
        ]
        if len(groups) > MOST_BY_DOCUMENT:
            continue
    for document, held in phases.items():
        if document not in groups:
            lines.append(f"{phrasing.title(held[0])}: {phrasing.words(str(held[0]['text']), held[0])} {marks(held[0])}")
    return _capped(lines)


def _fresh(row: Row, phase: Row | None) -> bool:
    return phase is None or row["line"] != phase["line"]


def _capped(lines: Sequence[str]) -> str:
    kept, held = [], 0
    for line in lines:
        cites = line.count("[e")
        if held + cites > MOST_MARKS:
            continue
        kept.append(line)
        held += cites
    return fitted(kept, LONGEST_LIST)
