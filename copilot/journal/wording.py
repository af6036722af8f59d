"""What a proposal would change, in the asker's language; numbers without thousands marks, so that none is misread."""

from __future__ import annotations

from decimal import Decimal

from copilot.domain.answer import Language
from copilot.domain.journal import Confidence, Reading, TaskChange, TaskStatus

READING: dict[Language, str] = {
    "es": "Anotar {name} = {value} el {day} ({document})",
    "en": "Record {name} = {value} on {day} ({document})",
    "pt": "Registrar {name} = {value} em {day} ({document})",
    "fr": "Noter {name} = {value} le {day} ({document})",
}
CORRECTS: dict[Language, str] = {
    "es": "corrige {value}",
    "en": "corrects {value}",
    "pt": "corrige {value}",
    "fr": "corrige {value}",
}
TASK: dict[Language, str] = {
    "es": 'Pasar la tarea "{name}" de {before} a {after} ({document})',
    "en": 'Move the task "{name}" from {before} to {after} ({document})',
    "pt": 'Passar a tarefa "{name}" de {before} a {after} ({document})',
    "fr": 'Passer la tâche "{name}" de {before} à {after} ({document})',
}
SAME: dict[Language, str] = {
    "es": 'Cambiar la tarea "{name}" ({document})',
    "en": 'Change the task "{name}" ({document})',
    "pt": 'Alterar a tarefa "{name}" ({document})',
    "fr": 'Modifier la tâche "{name}" ({document})',
}
OWNER: dict[Language, str] = {
    "es": "responsable: {owner}",
    "en": "owner: {owner}",
    "pt": "responsável: {owner}",
    "fr": "responsable : {owner}",
}
DUE: dict[Language, str] = {
    "es": "para el {day}",
    "en": "due {day}",
    "pt": "para {day}",
    "fr": "pour le {day}",
}
STATES: dict[Language, dict[TaskStatus, str]] = {
    "es": {"open": "abierta", "doing": "en curso", "done": "hecha", "blocked": "bloqueada", "dropped": "descartada"},
    "en": {"open": "open", "doing": "doing", "done": "done", "blocked": "blocked", "dropped": "dropped"},
    "pt": {"open": "aberta", "doing": "em andamento", "done": "feita", "blocked": "bloqueada", "dropped": "descartada"},
    "fr": {"open": "ouverte", "doing": "en cours", "done": "faite", "blocked": "bloquée", "dropped": "abandonnée"},
}
CONFIDENCE: dict[Language, dict[Confidence, str]] = {
    "es": {"green": "confianza verde", "amber": "confianza ámbar", "red": "confianza roja"},
    "en": {"green": "confidence green", "amber": "confidence amber", "red": "confidence red"},
    "pt": {"green": "confiança verde", "amber": "confiança âmbar", "red": "confiança vermelha"},
    "fr": {"green": "confiance verte", "amber": "confiance ambre", "red": "confiance rouge"},
}


def reading_summary(reading: Reading, before: Reading | None, language: Language) -> str:
    """What a reading would record, and which value it would correct."""
    told = READING[language].format(
        name=reading.name, value=amount(reading.value, reading.unit), day=reading.on.isoformat(), document=reading.document
    )
    parts = [told]
    if before is not None:
        parts.append(CORRECTS[language].format(value=amount(before.value, before.unit)))
    if reading.confidence is not None:
        parts.append(CONFIDENCE[language][reading.confidence])
    parts += [f'"{text}"' for text in (reading.source, reading.note) if text]
    return "; ".join(parts)


def change_summary(change: TaskChange, before: TaskChange, language: Language) -> str:
    """What a task's state, owner and due day would become."""
    states = STATES[language]
    slots = {"name": change.name, "document": change.document, "before": states[before.status]}
    parts = [(TASK if change.status != before.status else SAME)[language].format(after=states[change.status], **slots)]
    if change.owner != before.owner:
        parts.append(OWNER[language].format(owner=change.owner or "-"))
    if change.due != before.due:
        parts.append(DUE[language].format(day=change.due.isoformat() if change.due else "-"))
    if change.note and change.note != before.note:
        parts.append(f'"{change.note}"')
    return "; ".join(parts)


def amount(value: Decimal, unit: str) -> str:
    """`52000 EUR`, `4.2%`, `3 days`, `12`."""
    digits = f"{value.normalize():f}"
    if unit == "%":
        return f"{digits}%"
    return digits if unit in ("count", "score") else f"{digits} {unit}"
