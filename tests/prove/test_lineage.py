"""Who a fact is survives random edits: what people said of it stays with it as long as it is in the document.

Documents are generated from items that know who they are; each edit works on the items, and the facts read from the written
document must be the same ones as before.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.domain.access import Principal, Role
from copilot.domain.fact import Fact, KpiFact, TaskFact
from retrieval.extract import extract
from retrieval.extract.lineage import inherit
from retrieval.extract.merge import identify
from retrieval.ingest.blocks import parse
from retrieval.language.identity import series_of

ANA = Principal(id="local:ana", role=Role.admin)
VERBS = ("Contratar", "Revisar", "Configurar", "Medir", "Publicar", "Negociar", "Formar", "Auditar")
THINGS = ("el canal de socios", "la tienda", "un responsable de datos", "el soporte nocturno", "la página de precios")
METRICS = ("Churn", "NPS", "Tasa de conversión", "Retención", "Margen bruto", "Satisfacción", "Cumplimiento")
TITLES = ("Base", "Crecimiento", "Equipo", "Soporte", "Ventas", "Producto", "Calidad", "Datos")


@dataclass
class Item:
    """A task or a metric, whatever becomes of its place."""

    key: int
    name: str
    value: int | None = None
    """Of a metric, in percent."""
    is_done: bool = False


@dataclass
class Section:
    title: str
    items: list[Item] = field(default_factory=list)


@dataclass
class Book:
    """A document that can be edited and written down."""

    title: str
    sections: list[Section]
    made: int = 0

    def written(self) -> tuple[str, dict[int, int]]:
        """The text, and which item each line states."""
        lines, stated = [f"# {self.title}", ""], {}
        for section in self.sections:
            lines += [f"## {section.title}", ""]
            for item in section.items:
                if item.value is None:
                    lines.append(f"- [{'x' if item.is_done else ' '}] {item.name}")
                    stated[len(lines)] = item.key
            lines += ["", "| Métrica | Meta |", "|---|---|"]
            for item in section.items:
                if item.value is not None:
                    lines.append(f"| {item.name} | {item.value}% |")
                    stated[len(lines)] = item.key
            lines.append("")
        return "\n".join(lines) + "\n", stated


def new_item(book: Book, rng: random.Random) -> Item:
    book.made += 1
    if rng.random() < 0.5:
        return Item(book.made, f"{rng.choice(VERBS)} {rng.choice(THINGS)} en la zona {book.made}")
    return Item(book.made, f"{rng.choice(METRICS)} de la zona {book.made}", value=rng.randint(1, 90))


def new_section(book: Book, rng: random.Random) -> Section:
    number = book.made + 1
    items = [new_item(book, rng) for _ in range(rng.randint(2, 4))]
    # A metric that every section has: only its place tells it from the others.
    book.made += 1
    shared = Item(book.made, "Avance", value=rng.randint(1, 90))
    return Section(f"{rng.choice(TITLES)} {number}", [*items, shared])


def new_book(rng: random.Random) -> Book:
    book = Book("Plan", [])
    book.sections = [new_section(book, rng) for _ in range(rng.randint(2, 4))]
    return book


def shuffle_sections(book: Book, rng: random.Random) -> None:
    rng.shuffle(book.sections)


def shuffle_items(book: Book, rng: random.Random) -> None:
    rng.shuffle(rng.choice(book.sections).items)


def rename_section(book: Book, rng: random.Random) -> None:
    book.made += 1
    rng.choice(book.sections).title = f"{rng.choice(TITLES)} y más {book.made}"


def rename_book(book: Book, rng: random.Random) -> None:
    book.title = rng.choice(("Plan maestro", "Estrategia", "Plan de acción"))


def move_item(book: Book, rng: random.Random) -> None:
    start, end = rng.choice(book.sections), rng.choice(book.sections)
    movable = [item for item in start.items if item.name != "Avance"]
    if len(movable) > 1:
        item = rng.choice(movable)
        start.items.remove(item)
        end.items.insert(rng.randint(0, len(end.items)), item)


def add_section(book: Book, rng: random.Random) -> None:
    book.sections.insert(rng.randint(0, len(book.sections)), new_section(book, rng))


def add_item(book: Book, rng: random.Random) -> None:
    section = rng.choice(book.sections)
    section.items.insert(rng.randint(0, len(section.items)), new_item(book, rng))


def drop_section(book: Book, rng: random.Random) -> None:
    if len(book.sections) > 1:
        book.sections.remove(rng.choice(book.sections))


def change_values(book: Book, rng: random.Random) -> None:
    for item in rng.choice(book.sections).items:
        if item.value is not None:
            item.value = rng.randint(1, 90)


def tick(book: Book, rng: random.Random) -> None:
    for item in rng.choice(book.sections).items:
        item.is_done = not item.is_done


def reword(book: Book, rng: random.Random) -> None:
    tasks = [item for section in book.sections for item in section.items if item.value is None]
    if tasks:
        task = rng.choice(tasks)
        task.name = task.name.replace("la zona", "toda la zona", 1) if "toda" not in task.name else task.name


EDITS: tuple[Callable[[Book, random.Random], None], ...] = (
    shuffle_sections,
    shuffle_items,
    rename_section,
    rename_book,
    move_item,
    add_section,
    add_item,
    drop_section,
    change_values,
    tick,
    reword,
)


def by_item(facts: tuple[Fact, ...], stated: dict[int, int]) -> dict[int, Fact]:
    found = (fact for fact in facts if isinstance(fact, KpiFact | TaskFact) and fact.lines[0] in stated)
    return {stated[fact.lines[0]]: fact for fact in found}


def read(document: str, book: Book) -> tuple[tuple[Fact, ...], dict[int, int]]:
    text, stated = book.written()
    return identify(extract(parse(document, text)).facts), stated


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**9), names=st.lists(st.sampled_from(("plan.md", "q1/plan.md", "otro.md")), min_size=2, max_size=4))
def test_random_edits_keep_who_every_fact_is(seed: int, names: list[str]) -> None:
    rng = random.Random(seed)
    book = new_book(rng)
    facts, stated = read(names[0], book)
    before = by_item(facts, stated)
    assert len(before) == len(stated)

    for name in names[1:]:
        edits = rng.sample(EDITS, rng.randint(1, 3))
        if {rename_section, move_item} & set(edits):
            # What stands elsewhere with other words or figures is another thing for all a reader can tell.
            edits = [edit for edit in edits if edit not in (change_values, reword)]
        for edit in edits:
            edit(book, rng)
        own, stated = read(name, book)
        facts = inherit(facts, own)
        after = by_item(facts, stated)

        assert len({fact.id for fact in facts}) == len(facts)
        told = [edit.__name__ for edit in edits]
        for key in before.keys() & after.keys():
            assert after[key].id == before[key].id, (told, before[key].raw, after[key].raw)
            one, other = before[key], after[key]
            if isinstance(one, KpiFact) and isinstance(other, KpiFact):
                assert series_of(other) == series_of(one), (told, one.raw)
        new = [after[key] for key in after.keys() - before.keys()]
        assert {fact.id for fact in new}.isdisjoint(fact.id for fact in before.values())
        before = after
