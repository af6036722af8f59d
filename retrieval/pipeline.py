"""Documents end to end: found, repaired, parsed, compiled to facts and passages, stored; vectors follow the commit.

One document fails alone. What a document says is replaced in one transaction; its vectors are written afterwards from a
list kept in SQL, so that a process that dies in between leaves work for the next one and never a mix of two versions.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final

from copilot.domain.access import Principal, Role
from copilot.domain.errors import OperatorMustFix, UserCanFix
from copilot.domain.fact import Dropped, Fact, KpiFact
from copilot.domain.journal import TaskChange
from copilot.domain.plan import DocumentRecord, DocumentReport, IngestReport, PlanEvent
from copilot.domain.ports import Clock, CountTokens, Embedder, OpenChunkStore, PlanStore
from copilot.domain.proposed import Proposer
from copilot.domain.source import ParsedDocument, SourceFile
from copilot.version import __version__
from retrieval.extract import extract
from retrieval.extract.lineage import inherit, likeness
from retrieval.extract.merge import changes, identify
from retrieval.extract.proposals import Completed, completed
from retrieval.extract.ticks import ticked
from retrieval.ingest.blocks import parse
from retrieval.ingest.chunks import chunk
from retrieval.ingest.folder_keys import FolderKeys
from retrieval.ingest.formats.writing import MOST_CELLS
from retrieval.ingest.reader import MAX_TEXT, discover, read
from retrieval.ingest.source_text import source_text
from retrieval.language.identity import series_of
from retrieval.store.vectors import follow

PATIENCE: Final = 3
"""Documents in a row whose lines the model's endpoint did not answer; the others of the ingest are then not asked about."""
MOST_QUOTED: Final = 100_000_000
"""Characters, when every cell quotes its row."""
RESEMBLES: Final = 0.6
"""Share of facts that a renamed and edited document has in common with what it was."""
SELF: Final = Principal(id="system:ingest", role=Role.admin)
"""Compiling needs to see every document; what it writes keeps its document's access."""

Progress = Callable[[int, int, str], None]
"""Documents done, documents in all, the one at hand."""

log = logging.getLogger(__name__)


class Pipeline:
    """Takes files into a workspace, and out of it."""

    def __init__(
        self,
        store: PlanStore,
        *,
        clock: Clock,
        count_tokens: CountTokens,
        embedder: Embedder | None = None,
        vectors: OpenChunkStore | None = None,
        proposer: Proposer | None = None,
        task_states: Callable[[], Mapping[str, TaskChange]] = dict,
    ) -> None:
        self._store = store
        self._clock = clock
        self._count_tokens = count_tokens
        self._embedder = embedder
        self._vectors = vectors
        self._proposer = proposer
        self._task_states = task_states
        self._unanswered = 0
        self._trouble: OperatorMustFix | None = None
        self._folders = FolderKeys()
        self._compiler = f"{__version__}+{proposer.name}" if proposer else __version__

    def ingest(self, paths: Sequence[Path], *, progress: Progress | None = None, again: bool = False) -> IngestReport:
        """Take in files and folders. Documents whose file is gone from one of the folders are removed.

        Args:
            paths: files, or folders that are searched for documents.
            progress: called before each document and once after the last.
            again: compile unchanged documents too.
        """
        began = time.monotonic()
        self._unanswered = 0
        self._folders = FolderKeys()
        found = discover(paths)
        names = _Names(self._store.documents(SELF), paths, self._store.former_names())
        reports = [_failed(str(failure.params.get("path", "")), failure) for failure in found.failures]
        for done, (path, name) in enumerate(found.files):
            if progress:
                progress(done, len(found.files), name)
            reports.append(self._one(path, name, names, again=again))
        if progress:
            progress(len(found.files), len(found.files), "")
        reports += [DocumentReport(document=former, status="removed") for former in names.renamed]
        reports += [self.remove(record.document) for record in names.gone()]
        self.write_vectors()
        pending = self._store.vectors_pending()
        elapsed_ms = (time.monotonic() - began) * 1000
        log.info("ingest_done", extra={"documents": len(reports), "pending_vectors": pending, "ms": round(elapsed_ms)})
        trouble = self._trouble
        return IngestReport(
            documents=tuple(reports),
            pending_vectors=pending,
            trouble=trouble.code if trouble else None,
            trouble_params={name: str(value) for name, value in trouble.params.items()} if trouble else {},
            elapsed_ms=elapsed_ms,
        )

    def remove(self, document: str) -> DocumentReport:
        """Take a document out of every answer at once. Raises UserCanFix(`unknown_document`)."""
        self._store.text(SELF, document)
        now = self._clock.now()
        events = changes(self._store.facts(SELF, documents=[document]), (), now)
        self._store.remove(document, at=now, events=events)
        return DocumentReport(document=document, status="removed", events=tuple(events))

    def write_vectors(self) -> str | None:
        """Write the vectors that wait and delete those of passages that are gone; a code when that could not be done."""
        self._trouble = None
        if self._embedder is None or self._vectors is None:
            return None
        try:
            follow(self._store, self._embedder, self._vectors)
        except OperatorMustFix as error:
            # Passages are found by their words meanwhile, and the list is still there the next time.
            log.warning("vectors_wait", extra={"code": error.code})
            self._trouble = error
            return error.code
        return None

    def _one(self, path: Path, name: str, names: _Names, *, again: bool) -> DocumentReport:
        name = names.claim(path, name)
        try:
            file = read(path, name)
            before, stated = names.record(name), self._folders.of(path)
            if (
                before is not None
                and not again
                and before.sha256 == file.sha256
                and before.compiled_by == self._compiled_by(stated)
            ):
                names.keep(path, name)
                return DocumentReport(document=name, status="unchanged", language=before.language)
            report = self._compile(file, path, before, names, stated)
        except UserCanFix as error:
            return _failed(name, error)
        except OperatorMustFix:
            raise
        except Exception as error:
            # One document must not cost the others; the trace is in the log.
            log.exception("document_broke", extra={"document": name})
            return _failed(name, UserCanFix("document_broke", path=name, reason=type(error).__name__))
        names.keep(path, name)
        return report

    def _compile(
        self, file: SourceFile, path: Path, before: DocumentRecord | None, names: _Names, stated: dict[str, str]
    ) -> DocumentReport:
        now = self._clock.now()
        source = source_text(file, path)
        parsed = parse(file.path, source.text, sha256=file.sha256, places=source.places)
        _check_size(parsed, path)
        version_id = blake2b(f"{file.path}\n{file.sha256}\n{now.isoformat()}".encode(), digest_size=8).hexdigest()
        read = self._extracted(parsed)
        own = _placed(_identified(read), parsed)
        former = before or names.moved(file.sha256) or self._resembled(own, names)
        known = self._store.facts(SELF, documents=[former.document]) if former else ()
        facts = inherit(known, own, taken=self._taken_along(file.path, names))
        passages = chunk(parsed, version_id, self._count_tokens)
        start, misread = _start(parsed, stated.get("start", ""))
        unread = (Dropped(document=file.path, line=line, text=text, reason=why) for line, text, why in source.lost)
        dropped = (*read.dropped, *misread, *unread)
        events = changes(known, facts, now) if former else ()
        renamed = former.document if former and former is not before else None
        if renamed:
            names.rename(renamed)
            events = (*events, _renaming(renamed, file.path, now))
        record = DocumentRecord(
            document=file.path,
            version_id=version_id,
            title=parsed.title,
            language=parsed.language,
            sha256=file.sha256,
            line_count=len(parsed.lines),
            access=parsed.front_matter.get("access", "").strip() or stated.get("access"),
            start=start,
            ingested_at=now,
            source=str(path.resolve()),
            # A document the model did not answer for is compiled again the next time.
            compiled_by=f"{self._compiled_by(stated)}?" if read.trouble else self._compiled_by(stated),
        )
        self._store.replace(
            record,
            content=file.content,
            text=source.text,
            repairs=source.repairs,
            facts=facts,
            dropped=dropped,
            chunks=passages,
            events=events,
            places=source.places,
            task_changes=self._ticks(former, known, facts, file, path, now),
            former=renamed,
        )
        return DocumentReport(
            document=file.path,
            status="replaced" if before else "ingested",
            detail=read.trouble or "",
            language=parsed.language,
            facts=dict(Counter(fact.kind for fact in facts)),
            chunks=len(passages),
            repairs=source.repairs,
            dropped=dropped,
            events=tuple(events),
        )

    def _resembled(self, facts: Sequence[Fact], names: _Names) -> DocumentRecord | None:
        """The document whose file is gone and that says mostly the same: its file was renamed and edited."""
        scored = [
            (likeness(self._store.facts(SELF, documents=[record.document]), facts), record)
            for record in (names.gone() if facts else ())
        ]
        best = max(scored, key=lambda pair: pair[0], default=None)
        return best[1] if best is not None and best[0] >= RESEMBLES else None

    def _taken_along(self, document: str, names: _Names) -> frozenset[str]:
        """Ids that stay with a document which had this name before: they are made from the name they began under."""
        if not names.was_anothers(document):
            return frozenset()
        others = [fact for fact in self._store.facts(SELF) if fact.document != document]
        return frozenset({*(fact.id for fact in others), *(series_of(fact) for fact in others if isinstance(fact, KpiFact))})

    def _ticks(
        self,
        former: DocumentRecord | None,
        known: Sequence[Fact],
        facts: Sequence[Fact],
        file: SourceFile,
        path: Path,
        now: datetime,
    ) -> tuple[TaskChange, ...]:
        """Boxes ticked or emptied in the file; a new version of the program alone ticks nothing."""
        if former is None or former.sha256 == file.sha256:
            return ()
        # The box was as before when the file was read the last time, whatever its date says.
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return ticked(known, facts, self._task_states(), at=min(max(written, former.ingested_at), now))

    def _compiled_by(self, stated: dict[str, str]) -> str:
        """Also names what the folders state: when that changes, so does the document."""
        told = "".join(f";{key}={value}" for key, value in sorted(stated.items()))
        return f"{self._compiler}{told}"

    def _extracted(self, parsed: ParsedDocument) -> Completed:
        """What the rules read, and what the model adds where one is set; its endpoint's failures cost no fact of the rules."""
        extraction = extract(parsed)
        if self._proposer is None:
            return Completed(extraction.facts, (), extraction.dropped)
        done = completed(parsed, extraction, self._proposer, is_answering=self._unanswered < PATIENCE)
        if done.trouble is not None:
            self._unanswered += 1
        elif done.was_asked:
            self._unanswered = 0
        return done


class _Names:
    """Which document a file is: by its path where it is known, else by its name below the folder that was given."""

    def __init__(self, records: Sequence[DocumentRecord], paths: Sequence[Path], former: AbstractSet[str]) -> None:
        self._former = set(former)
        self._folders = [path.resolve() for path in paths if path.is_dir()]
        self.renamed: list[str] = []
        """Former names of documents whose file has another name now."""
        self._by_name = {record.document: record for record in records}
        self._by_source = {record.source: record.document for record in records if record.source}
        self._seen: set[str] = set()
        # Looked up once: thousands of new files must not each ask for thousands of others.
        self._absent = [one for one in records if one.source and _is_gone(Path(one.source), self._folders)]

    def record(self, name: str) -> DocumentRecord | None:
        """The document's active version before this ingest."""
        return self._by_name.get(name)

    def claim(self, path: Path, name: str) -> str:
        """The document's name; one that another file holds is set apart by its folder."""
        known = self._by_source.get(str(path.resolve()))
        if known is not None:
            return known
        folder = path.resolve().parent
        while self._is_taken(name):
            name = f"{folder.name or '_'}/{name}"
            folder = folder.parent
        return name

    def keep(self, path: Path, name: str) -> None:
        """The name is this file's from here on."""
        self._by_source[str(path.resolve())] = name
        self._seen.add(name)

    def gone(self) -> list[DocumentRecord]:
        """Documents whose file was in one of the folders and is there no more."""
        return [one for one in self._absent if one.document in self._by_name and one.document not in self._seen]

    def moved(self, sha256: str) -> DocumentRecord | None:
        """The document of these very bytes whose file is gone from a folder that can be looked into."""
        same = (record for record in self._unseen() if record.sha256 == sha256)
        return next((one for one in same if _is_gone(Path(one.source), [*self._folders, Path(one.source).parent])), None)

    def rename(self, former: str) -> None:
        """The document of that name goes by another one from here on."""
        del self._by_name[former]
        self.renamed.append(former)
        self._former.add(former)

    def was_anothers(self, name: str) -> bool:
        """Whether another document had this name before its file was renamed."""
        return name in self._former

    def _unseen(self) -> list[DocumentRecord]:
        return [record for record in self._by_name.values() if record.source and record.document not in self._seen]

    def _is_taken(self, name: str) -> bool:
        held = self._by_name.get(name)
        return name in self._seen or (held is not None and bool(held.source) and Path(held.source).exists())


def _is_gone(source: Path, folders: Sequence[Path]) -> bool:
    try:
        inside = any(source.is_relative_to(folder) and folder.is_dir() for folder in folders)
        return inside and not source.exists()
    except OSError:
        # A folder that cannot be entered tells nothing about its files.
        return False


def _renaming(former: str, document: str, now: datetime) -> PlanEvent:
    return PlanEvent(
        kind="changed",
        fact_kind="document",
        fact_id=document,
        document=document,
        name=document,
        before=former,
        after=document,
        at=now,
    )


def _failed(document: str, error: UserCanFix) -> DocumentReport:
    detail = error.params.get("reason") or error
    params = {name: str(value) for name, value in error.params.items() if name not in ("path", "reason")}
    return DocumentReport(document=document, status="failed", reason=error.code, detail=str(detail), params=params)


def _check_size(parsed: ParsedDocument, path: Path) -> None:
    """Refuse what would cost gigabytes to compile. Raises UserCanFix(`file_too_large` or `file_too_complex`)."""
    size = sum(map(len, parsed.lines))
    if size > MAX_TEXT:
        raise UserCanFix("file_too_large", path=str(path), size=size, limit=MAX_TEXT)
    rows = [(len(block.cells), len(block.text)) for block in parsed.blocks if block.kind == "row"]
    # Every figure of a row is a fact that quotes the row.
    if sum(cells for cells, _ in rows) > MOST_CELLS or sum(cells * length for cells, length in rows) > MOST_QUOTED:
        raise UserCanFix("file_too_complex", path=str(path))


def _identified(read: Completed) -> tuple[Fact, ...]:
    """By line, with ids. The rules' facts get theirs first: what a model adds must not move an id corrections rest on."""
    facts = identify((*read.rules, *read.added))
    return tuple(sorted(facts, key=lambda fact: fact.lines)) if read.added else facts


def _placed(facts: tuple[Fact, ...], parsed: ParsedDocument) -> tuple[Fact, ...]:
    """The facts of a converted file, each with its page, or its sheet and row."""
    if not parsed.places:
        return facts
    return tuple(fact.model_copy(update={"place": parsed.place(fact.lines)}) for fact in facts)


def _start(parsed: ParsedDocument, of_folder: str) -> tuple[date | None, tuple[Dropped, ...]]:
    """The plan's first day from the front matter, else from its folder; a value that is no date is left out and said so."""
    stated = parsed.front_matter.get("start", "").strip() or of_folder
    if not stated:
        return None, ()
    try:
        return date.fromisoformat(stated), ()
    except ValueError:
        line = next((number for number, text in enumerate(parsed.lines, start=1) if text.startswith("start:")), 1)
        return None, (Dropped(document=parsed.document, line=line, text=stated, reason="bad_date"),)
