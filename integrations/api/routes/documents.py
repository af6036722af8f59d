"""Documents: list, upload, remove."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import uuid
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi import Path as PathParameter
from fastapi.responses import JSONResponse, Response

from copilot.domain.access import Principal, Role
from copilot.domain.errors import UserCanFix
from copilot.domain.plan import DocumentRecord, DocumentReport
from copilot.office import Office
from integrations.api.door import Approver, Caller, IdempotencyKey, aside, door_of, once
from integrations.api.problems import ApiError
from integrations.render import json_ready
from retrieval.ingest.reader import SUFFIXES

router = APIRouter(prefix="/v1/documents", tags=["documents"])

UPLOADS = "uploads"
EVERYTHING = Principal(id="system:documents", role=Role.admin)
SAFE = re.compile(r"[\w][\w .()-]{0,150}")
LONGEST_NAME = 200
"""Bytes of a file name; file systems take 255, and a suffix of ours comes on top."""
NAME = r"^[A-Za-z0-9_][A-Za-z0-9_ ()-]{0,100}\.(md|markdown|txt)$"
"""What is documented; letters of every script are allowed as well."""
Name = Annotated[str, PathParameter(min_length=1, max_length=500, description="As the list of documents says it.")]
MADE: dict[int | str, dict[str, Any]] = {
    201: {
        "description": "What became of it",
        "links": {
            name: {
                "operationId": f"{name}_v1_documents__document__{method}",
                "parameters": {"document": "$response.body#/document"},
            }
            for name, method in (("document", "get"), ("remove", "delete"))
        },
    }
}


@router.get("")
def documents(request: Request, who: Caller) -> list[DocumentRecord]:
    """Documents the caller may read."""
    return list(door_of(request).office.workspace.plans.documents(who))


@router.post("", status_code=201, response_model=DocumentReport, responses=MADE)
async def upload(
    request: Request,
    who: Approver,
    file: Annotated[UploadFile, File(description="Markdown or text in any encoding, or .docx, .pdf, .xlsx, .csv, .html.")],
    name: Annotated[
        str | None,
        Form(max_length=200, description="Its name here; the file's own by default.", json_schema_extra={"pattern": NAME}),
    ] = None,
    key: IdempotencyKey = None,
) -> JSONResponse:
    """Take a document in; one of the same name is replaced."""
    office = door_of(request).office
    given = _name(name or file.filename or "")
    content = await file.read()
    told = [given, len(content), hash_of(content)]
    return await aside(request, lambda: once(request, who, key, told, lambda: _take_in(office, who, given, content), status=201))


@router.get("/{document:path}")
def document(request: Request, document: Name, who: Caller) -> dict[str, Any]:
    """A document's repaired text, as its citations number it."""
    return {"document": document, "text": door_of(request).office.workspace.plans.text(who, document)}


@router.delete("/{document:path}", status_code=204)
async def remove(request: Request, document: Name, who: Approver) -> Response:
    """Take a document out of every answer at once."""
    await aside(request, lambda: _let_go(door_of(request).office, who, document))
    return Response(status_code=204)


def hash_of(content: bytes) -> str:
    """Tells two bodies apart for the Idempotency-Key."""
    return hashlib.sha256(content).hexdigest()


def _name(given: str) -> str:
    """A file name without any path. Raises ApiError(`bad_document_name`)."""
    name = unicodedata.normalize("NFC", given).strip()
    too_long = len(name.encode()) > LONGEST_NAME
    if not SAFE.fullmatch(name) or ".." in name or not name.lower().endswith(SUFFIXES) or too_long:
        raise ApiError("bad_document_name", name=given[:100], allowed=list(SUFFIXES))
    return name


def _folder(office: Office) -> Path:
    return office.workspace.settings.home / UPLOADS


def _let_go(office: Office, who: Principal, document: str) -> None:
    office.workspace.plans.text(who, document)  # only what the caller may read
    known = next(record for record in office.workspace.plans.documents(who) if record.document == document)
    office.workspace.remove(document)
    source = Path(known.source)
    if source.parent == _folder(office).resolve():  # only what came in through this door
        source.unlink(missing_ok=True)


def _check_may_replace(office: Office, who: Principal, target: Path) -> None:
    """Nobody replaces what they may not read: the report of the change would tell it."""
    records = office.workspace.plans.documents(EVERYTHING)
    held = [record for record in records if record.source == str(target.resolve())]
    if any(not who.may_read(record.access) for record in held):
        raise UserCanFix("not_allowed", role=Role.admin.name)


def _take_in(office: Office, who: Principal, name: str, content: bytes) -> dict[str, Any]:
    folder = _folder(office)
    folder.mkdir(parents=True, exist_ok=True)
    target, arriving = folder / name, folder / f".{uuid.uuid4().hex}.arriving"
    _check_may_replace(office, who, target)
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
