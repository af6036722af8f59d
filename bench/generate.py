"""Strategy documents for the ingest bench: invented, the same for the same number, no two alike.

Each has what real ones have: a metric table, phases with tasks, investments with ROI, risks, prose.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

AREAS: Final = ("Ventas", "Producto", "Soporte", "Marketing", "Finanzas", "Talento", "Logística", "Datos", "Alianzas", "Calidad")
METRICS: Final = (
    "Ingresos",
    "NPS",
    "Churn mensual",
    "Conversión",
    "Retención",
    "CAC",
    "LTV",
    "Tickets resueltos",
    "Uptime",
    "ARPU",
)
VERBS: Final = (
    "Definir",
    "Publicar",
    "Medir",
    "Contratar",
    "Automatizar",
    "Revisar",
    "Negociar",
    "Documentar",
    "Probar",
    "Formar",
)
THINGS: Final = ("panel de control", "manual de atención", "flujo de pagos", "acuerdo con proveedores", "plan de formación")
PLACES: Final = ("Bogotá", "Lima", "Quito", "Montevideo", "Guadalajara", "Valencia", "Rosario", "Medellín", "Sevilla", "Cusco")
RISKS: Final = ("Retraso de entregas", "Rotación del equipo", "Falta de liquidez", "Caída del servicio", "Cambio de normativa")


def write(folder: Path, count: int) -> int:
    """Write documents 0 to `count` - 1 in folders of a hundred; characters written."""
    written = 0
    for number in range(count):
        path = folder / f"{number // 100:03}" / f"plan_{number:05}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = document(number)
        written += path.write_bytes(text.encode("utf-8"))
    return written


def document(number: int) -> str:
    """The document of that number, about 6 KB of Markdown."""
    chance = Random(number)
    area, place = chance.choice(AREAS), chance.choice(PLACES)
    parts = [f"# Plan {number} de {area} en {place}\n", _prose(chance, 3), _metrics(chance)]
    parts += [_phase(chance, month) for month in range(1, chance.randint(4, 7))]
    parts += [_investments(chance), _risks(chance), "## Cierre\n", _prose(chance, 2)]
    return "\n".join(parts)


def _prose(chance: Random, sentences: int) -> str:
    told = [
        f"El equipo de {chance.choice(AREAS)} en {chance.choice(PLACES)} se propone {chance.choice(VERBS).lower()} el "
        f"{chance.choice(THINGS)} y llevar {chance.choice(METRICS)} a {chance.randint(2, 98)}% en {chance.randint(2, 18)} meses."
        for _ in range(sentences)
    ]
    return " ".join(told) + "\n"


def _metrics(chance: Random) -> str:
    rows = [
        f"| {name} | {chance.randint(1, 50)}% | {chance.randint(51, 99)}% | +{chance.randint(5, 60)}% |"
        for name in chance.sample(METRICS, 6)
    ]
    return "\n".join(["## Indicadores\n", "| Métrica | Actual | Meta | Cambio |", "|---|---|---|---|", *rows, ""])


def _phase(chance: Random, month: int) -> str:
    tasks = [
        f"- [{chance.choice(' x')}] {chance.choice(VERBS)} {chance.choice(THINGS)} para {chance.choice(AREAS)} "
        f"({chance.choice(PLACES)})"
        for _ in range(chance.randint(5, 9))
    ]
    goals = [f"- {name}: {chance.randint(2, 90)}%+" for name in chance.sample(METRICS, 3)]
    head = [f"## Mes {month}: {chance.choice(AREAS)} y {chance.choice(AREAS)}\n", _prose(chance, 2), "### Actividades\n"]
    return "\n".join([*head, *tasks, "", "### KPIs del mes\n", *goals, ""])


def _investments(chance: Random) -> str:
    rows = [
        f"| {chance.choice(THINGS).capitalize()} | ${chance.randint(5, 900)}K | {chance.randint(110, 480)}% | "
        f"{chance.randint(3, 24)} meses |"
        for _ in range(4)
    ]
    return "\n".join(
        ["## Inversión y retorno\n", "| Concepto | Inversión | ROI | Recuperación |", "|---|---|---|---|", *rows, ""]
    )


def _risks(chance: Random) -> str:
    told = [
        f"- **{name}**: probabilidad {chance.choice(('alta', 'media', 'baja'))}. Mitigación: {chance.choice(VERBS).lower()} "
        f"{chance.choice(THINGS)} antes del mes {chance.randint(1, 6)}."
        for name in chance.sample(RISKS, 3)
    ]
    return "\n".join(["## Riesgos\n", *told, ""])
