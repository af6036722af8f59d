"""What somebody with ill intent, or a broken client, may try: nothing leaks, nothing breaks, nothing happens twice."""

from __future__ import annotations

import json
import socket
import threading
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from copilot.bootstrap import Workspace
from copilot.domain.access import Role
from copilot.office import Office
from integrations.server.serving import build, running
from tests.api.conftest import LOCAL

READING = {"name": "NPS", "value": "41"}
SECRET = """---
access: directors
start: 2026-01-01
---
# Plan reservado

## Fase 1: Recorte (Meses 1-3)

- [ ] Vender la filial Zafiro

**Inversión:** $777.31K

| Métrica | Mes 1 | Mes 3 |
|---|---|---|
| Despidos Zafiro | 777.31 | 888.53 |
| Churn | 66.61% | 44.43% |
"""
TELLTALES = ("Zafiro", "777.31", "888.53", "66.61", "44.43", "Recorte", "reservado")


def client(url: str, office: Office, role: Role) -> httpx2.Client:
    _key, secret = office.doorkeeper.create(role.name, role)
    return httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {secret}"}, timeout=30)


def raw(url: str, request: bytes, *, wait_s: float = 10) -> bytes:
    place = urlsplit(url)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=wait_s) as connection:
        connection.sendall(request)
        return connection.recv(65_536)


def test_an_idempotency_key_is_its_users_own(locked: str, office: Office) -> None:
    headers = {"Idempotency-Key": "same"}
    with client(locked, office, Role.member) as ana, client(locked, office, Role.member) as luis:
        first = ana.post("/v1/kpis/readings", json=READING, headers=headers)
        other = luis.post("/v1/kpis/readings", json={"name": "NPS", "value": "42"}, headers=headers)

    assert (first.status_code, other.status_code) == (201, 201)
    assert "idempotent-replay" not in other.headers


def test_a_replayed_write_does_not_outlive_its_role_or_its_key(locked: str, office: Office) -> None:
    headers = {"Idempotency-Key": "once"}
    with client(locked, office, Role.member) as ana:
        before = ana.post("/v1/kpis/readings", json=READING, headers=headers)
        office.doorkeeper.revoke(office.access.keys()[0].id)
        after = ana.post("/v1/kpis/readings", json=READING, headers=headers)

    assert before.status_code == 201
    assert (after.status_code, after.json()["title"]) == (401, "key_refused")


def test_a_write_whose_process_died_may_be_repeated_with_its_key_later(office: Office) -> None:
    now = office.clock.now()
    office.idempotency.remember_request("k", digest="d", now=now)

    assert office.idempotency.remember_request("k", digest="d", now=now + timedelta(minutes=5)) == ""
    assert office.idempotency.remember_request("k", digest="d", now=now + timedelta(hours=3)) is None


@pytest.mark.parametrize("given", ["Basic YTpi", "Bearer", "nonsense"])
def test_a_credential_that_is_no_key_is_refused_even_where_none_is_needed(http: httpx2.Client, given: str) -> None:
    assert http.get("/v1/kpis", headers={"Authorization": given}).status_code == 401


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_a_form_of_a_page_cannot_pass_for_json(http: httpx2.Client, content_type: str) -> None:
    body = json.dumps({"status": "done"}).encode()
    response = http.post("/v1/tasks/Contratar Data Analyst/state", content=body, headers={"Content-Type": content_type})

    assert response.status_code in (400, 422)
    assert [task["state"] for task in http.get("/v1/tasks").json()] == [None, None]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "file://"])
def test_a_page_from_elsewhere_cannot_upload(http: httpx2.Client, origin: str) -> None:
    response = http.post("/v1/documents", files={"file": ("x.md", b"# x")}, headers={"Origin": origin})

    assert (response.status_code, response.json()["title"]) == (403, "foreign_origin")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"question": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", id="deep lists"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="deep objects"),
        pytest.param(b'{"question": ' + b"9" * 500_000 + b"}", id="huge integer"),
        pytest.param(b'{"question": "\\ud800"}', id="half a surrogate"),
        pytest.param(b'{"question": "x", "history": [{"user": "\\udfff", "assistant": ""}]}', id="half a surrogate inside"),
        pytest.param(b'{"question": NaN}', id="not a number"),
        pytest.param(b"\xef\xbb\xbf{}", id="byte order mark"),
        pytest.param(b"", id="nothing"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/ask", "/v1/chat/completions", "/v1/kpis/readings", "/v1/finance/roi"])
def test_a_hostile_body_is_refused_and_never_breaks(http: httpx2.Client, path: str, body: bytes) -> None:
    response = http.post(path, content=body, headers={"Content-Type": "application/json"})

    assert response.status_code in (400, 413, 422)


@pytest.mark.parametrize("name", ["%00", "a%00b", "..%2f..%2fetc%2fpasswd", "%ed%a0%80", "%ff", "%e2%80%ae", "x" * 400])
def test_a_strange_name_in_a_path_is_unknown(http: httpx2.Client, name: str) -> None:
    paths = [f"/v1/documents/{name}", f"/v1/conversations/{name}", f"/v1/status/drafts/{name}", f"/v1/kpis/{name}/readings"]

    assert {path: http.get(path).status_code for path in paths if http.get(path).status_code not in (404, 422)} == {}


def test_a_method_a_path_lacks_is_answered_with_those_it_has(http: httpx2.Client) -> None:
    response = http.request("PATCH", "/v1/documents/plan.md")

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, DELETE"


@pytest.mark.parametrize("name", ["ñ" * 149 + ".md", "文" * 100 + ".md"])
def test_a_name_too_long_for_the_disk_is_refused(http: httpx2.Client, name: str) -> None:
    response = http.post("/v1/documents", files={"file": ("x.md", b"# x")}, data={"name": name})

    assert (response.status_code, response.json()["title"]) == (422, "bad_document_name")


def test_removing_a_document_leaves_an_upload_of_the_same_name_alone(http: httpx2.Client, office: Office) -> None:
    made = http.post("/v1/documents", files={"file": ("plan.md", b"# Otro\n\n- **Uptime**: 99%\n")}).json()

    assert made["document"] == "uploads/plan.md"
    assert http.delete("/v1/documents/plan.md").status_code == 204
    assert (office.workspace.settings.home / "uploads/plan.md").is_file()
    assert http.delete("/v1/documents/uploads/plan.md").status_code == 204
    assert not (office.workspace.settings.home / "uploads/plan.md").exists()


@pytest.mark.parametrize(
    "place", ["rumbo.db", "uploads/x.md", "chroma/x.md", ".hidden.md", "a/.b/x.md", "x.py", "rumbo.db-journal"]
)
def test_an_update_cannot_be_written_into_the_workspaces_own_files(http: httpx2.Client, place: str) -> None:
    response = http.post("/v1/status/drafts", json={"destination": f"file:{place}"})

    assert (response.status_code, response.json()["title"]) == (422, "bad_destination")


def test_uploads_of_one_name_at_once_leave_one_of_them_whole(http: httpx2.Client, office: Office) -> None:
    contents = [f"# Plan {n}\n\n- **Uptime**: 9{n}%\n".encode() * 50 for n in range(4)]
    threads = [
        threading.Thread(target=http.post, args=("/v1/documents",), kwargs={"files": {"file": ("sla.md", c)}}) for c in contents
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (office.workspace.settings.home / "uploads/sla.md").read_bytes() in contents
    assert http.get("/v1/documents/sla.md").json()["text"].encode() in contents


def test_a_slow_body_is_cut_at_the_time_limit_and_others_are_served(office: Office) -> None:
    hasty = Office(Workspace(office.workspace.settings.model_copy(update={"request_timeout_s": 3.0})))
    with running(build(hasty, host="127.0.0.1", local=LOCAL, worker=False)) as url:
        head = b"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
        began = time.monotonic()
        told = raw(url, head)
        waited = time.monotonic() - began

        assert told.startswith(b"HTTP/1.1 504")
        assert waited < 60
        assert httpx2.get(f"{url}/health").status_code == 200
    hasty.workspace.close()


@pytest.fixture
def restricted(office: Office, tmp_path: Path) -> Office:
    """The workspace with a directors' document whose metric contradicts the open one, recorded in and asked about."""
    (tmp_path / "secret.md").write_text(SECRET, encoding="utf-8")
    office.workspace.ingest([tmp_path / "secret.md"])
    office.recorder.record(LOCAL, "Despidos Zafiro", "777.31", note="reservado")
    office.recorder.change_task(LOCAL, "Vender la filial Zafiro", "done", note="Recorte")
    return office


def test_what_a_key_may_not_read_appears_on_no_route(restricted: Office, locked: str) -> None:
    asks = ["¿Qué despidos hay en Zafiro?", "¿Qué conflictos hay en churn?", "¿Cuál es la inversión?", "Lista las tareas"]
    with client(locked, restricted, Role.approver) as viewer, client(locked, restricted, Role.admin) as admin:
        made = admin.post("/v1/status/drafts", json={"destination": "file:x.md", "audience": "a"})
        answers = {
            path: viewer.get(path) for path in ("/v1/kpis", "/v1/tasks", "/v1/conflicts", "/v1/documents", "/v1/status/drafts")
        }
        answers |= {f"search {q}": viewer.get("/v1/search", params={"q": q}) for q in ("Zafiro despidos", "filial", "churn")}
        answers |= {f"ask {q}": viewer.post("/v1/ask", json={"question": q}) for q in asks}
        answers["text"] = viewer.get("/v1/documents/secret.md")
        answers["history"] = viewer.get("/v1/kpis/Despidos Zafiro/readings")
        answers["roi"] = viewer.post("/v1/finance/roi", json={"item": "Inversión", "document": "secret.md"})
        answers["chat"] = viewer.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": asks[0]}]})
        answers["narrowed"] = viewer.post("/v1/ask", json={"question": "¿Tareas?", "documents": ["secret.md"]})
        deleted = viewer.delete("/v1/documents/secret.md")
        seen = admin.get("/v1/kpis").text

    own_words = {key: response.text for key, response in answers.items()}
    for key in own_words:  # an answer repeats its question
        for asked in (*asks, "Despidos Zafiro"):
            own_words[key] = own_words[key].replace(asked, "")
    leaks = {key: [word for word in TELLTALES if word in text] for key, text in own_words.items()}
    assert {key: words for key, words in leaks.items() if words} == {}
    assert not any(word in made.text for word in TELLTALES)
    assert (answers["text"].status_code, answers["narrowed"].status_code, deleted.status_code) == (404, 404, 404)
    assert "Zafiro" in seen


def test_nobody_replaces_an_upload_they_may_not_read(locked: str, office: Office) -> None:
    with client(locked, office, Role.admin) as admin, client(locked, office, Role.approver) as approver:
        admin.post("/v1/documents", files={"file": ("reservado.md", SECRET.encode())})
        refused = approver.post("/v1/documents", files={"file": ("reservado.md", b"# Nada\n\n- **Uptime**: 99%\n")})

        assert refused.status_code == 403
        assert not any(word in refused.text for word in TELLTALES[:4])
        assert "Zafiro" in admin.get("/v1/documents/reservado.md").text


def test_health_tells_nobody_what_the_workspace_holds(restricted: Office, locked: str) -> None:
    assert httpx2.get(f"{locked}/health").status_code == 200
    assert "documents" not in httpx2.get(f"{locked}/ready").json()
