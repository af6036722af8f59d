"""Documents: list, upload, remove."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import JSONResponse, Response

from copilot.domain.plan import DocumentRecord, DocumentReport
from copilot.office import Office
from integrations.api.door import Approver, Caller, IdempotencyKey, door_of, once
from integrations.api.problems import ApiError
from integrations.render import json_ready

router = APIRouter(prefix="/v1/documents", tags=["documents"])

UPLOADS = "uploads"
SUFFIXES = (".md", ".markdown", ".txt")
SAFE = re.compile(r"[\w][\w .()-]{0,150}")


@router.get("")
def documents(request: Request, who: Caller) -> list[DocumentRecord]:
    """Documents the caller may read."""
    return list(door_of(request).office.workspace.plans.documents(who))


@router.post("", status_code=201)
def upload(
    request: Request,
    who: Approver,
    file: Annotated[UploadFile, File(description="A Markdown or text file in any encoding.")],
    name: Annotated[str | None, Form(max_length=200, description="Its name here; the file's own by default.")] = None,
    key: IdempotencyKey = None,
) -> JSONResponse:
    """Take a document in; one of the same name is replaced."""
    office = door_of(request).office
    given = _name(name or file.filename or "")
    content = file.file.read()
    return once(request, who, key, [given, len(content), hash_of(content)], lambda: _take_in(office, given, content), status=201)


@router.get("/{document:path}")
def document(request: Request, document: str, who: Caller) -> dict[str, Any]:
    """A document's repaired text, as its citations number it."""
    return {"document": document, "text": door_of(request).office.workspace.plans.text(who, document)}


@router.delete("/{document:path}", status_code=204)
def remove(request: Request, document: str, who: Approver) -> Response:
    """Take a document out of every answer at once."""
    office = door_of(request).office
    office.workspace.plans.text(who, document)  # only what the caller may read
    stored = _folder(office) / PurePosixPath(document).name
    office.workspace.remove(document)
    if stored.is_file() and SAFE.fullmatch(stored.name):
        stored.unlink()
    return Response(status_code=204)


def hash_of(content: bytes) -> str:
    """Tells two bodies apart for the Idempotency-Key."""
    return hashlib.sha256(content).hexdigest()


def _name(given: str) -> str:
    """A file name without any path. Raises ApiError(`bad_document_name`)."""
    name = unicodedata.normalize("NFC", given).strip()
    if not SAFE.fullmatch(name) or ".." in name or not name.lower().endswith(SUFFIXES):
        raise ApiError("bad_document_name", name=given[:100], allowed=list(SUFFIXES))
    return name


def _folder(office: Office) -> Path:
    return office.workspace.settings.home / UPLOADS


def _take_in(office: Office, name: str, content: bytes) -> dict[str, Any]:
    folder = _folder(office)
    folder.mkdir(parents=True, exist_ok=True)
    target, arriving = folder / name, folder / f".{name}.arriving"
    kept = target.read_bytes() if target.exists() else None
    arriving.write_bytes(content)
    arriving.replace(target)
    report = office.workspace.ingest([target])
    taken: DocumentReport = report.documents[0]
    if taken.status == "failed":
        # The file that was there stays the one that counts.
        if kept is None:
            target.unlink()
        else:
            target.write_bytes(kept)
        raise ApiError(taken.reason or "file_unreadable", path=name, reason=taken.detail)
    told: dict[str, Any] = json_ready(taken)
    return told
