"""Documents, metrics, tasks, ROI and status drafts over HTTP."""

from __future__ import annotations

import httpx2
import pytest

from copilot.office import Office
from integrations.worker import Worker


def upload(http: httpx2.Client, name: str, content: bytes) -> httpx2.Response:
    return http.post("/v1/documents", files={"file": (name, content)})


def test_an_uploaded_document_answers_at_once_and_is_gone_when_deleted(http: httpx2.Client) -> None:
    question = {"question": "What is the uptime target?"}

    made = upload(http, "sla.md", b"# SLA\n\n- **Uptime**: 99.95% target\n")
    during = http.post("/v1/ask", json=question).json()
    removed = http.delete("/v1/documents/sla.md")
    after = http.post("/v1/ask", json=question).json()

    assert (made.status_code, made.json()["status"]) == (201, "ingested")
    assert "99.95%" in during["answer"]
    assert removed.status_code == 204
    assert after["answered"] is False


def test_an_upload_of_the_same_name_replaces_the_document(http: httpx2.Client) -> None:
    upload(http, "sla.md", b"# SLA\n\n- **Uptime**: 99.5%\n")

    assert upload(http, "sla.md", b"# SLA\n\n- **Uptime**: 99.9%\n").json()["status"] == "replaced"
    assert "99.9%" in http.get("/v1/documents/sla.md").json()["text"]


@pytest.mark.parametrize("name", ["../../etc/passwd.md", "a/b.md", "x.exe", "..md", "", "con\x00.md", "\\\\host\\x.md"])
def test_a_name_that_leads_elsewhere_is_refused_and_nothing_is_written(http: httpx2.Client, office: Office, name: str) -> None:
    response = http.post("/v1/documents", files={"file": ("x.md", b"# x")}, data={"name": name} if name else {"name": " "})

    assert response.status_code == 422
    assert not (office.workspace.settings.home / "uploads").exists()


def test_a_file_that_cannot_be_read_leaves_the_one_before(http: httpx2.Client) -> None:
    upload(http, "sla.md", b"# SLA\n\n- **Uptime**: 99.5%\n")

    refused = upload(http, "sla.md", bytes(range(256)) * 40)

    assert refused.status_code == 422
    assert "99.5%" in http.get("/v1/documents/sla.md").json()["text"]


def test_a_metric_is_listed_with_its_mentions_and_latest_reading(http: httpx2.Client) -> None:
    http.post("/v1/kpis/readings", json={"name": "churn", "value": "5.5 %", "on": "2026-11-01"})

    churn = next(row for row in http.get("/v1/kpis").json() if row["name"] == "Churn")

    assert [mention["value"] for mention in churn["mentions"]] == [6, 4]
    assert (churn["latest"]["value"], churn["latest"]["unit"], churn["latest"]["by"]) == (5.5, "%", "local:test")


def test_an_unknown_metric_is_answered_with_near_names(http: httpx2.Client) -> None:
    response = http.post("/v1/kpis/readings", json={"name": "Chrn rate total", "value": "5"})

    assert response.status_code == 404
    assert "Churn" in response.json()["detail"]


def test_a_task_changes_its_state(http: httpx2.Client) -> None:
    changed = http.post("/v1/tasks/Contratar Data Analyst/state", json={"status": "done"})

    states = {task["text"]: (task["state"] or {}).get("status") for task in http.get("/v1/tasks").json()}
    assert changed.status_code == 200
    assert states == {"Contratar Data Analyst": "done", "Firmar convenio con el proveedor": None}


def test_roi_of_two_numbers_shows_both_senses_with_their_formula(http: httpx2.Client) -> None:
    told = http.post("/v1/finance/roi", json={"cost": 200000, "return": 500000}).json()

    assert [(step["name"], step["result"]) for step in told["calculations"]] == [("ROI (net)", 150), ("ROI (gross)", 2.5)]


@pytest.mark.parametrize(
    "body", [{"cost": 0, "return": 5}, {"cost": -1, "return": 5}, {"cost": 5}, {}, {"cost": "NaN", "return": 1}]
)
def test_roi_without_a_cost_above_zero_is_refused(http: httpx2.Client, body: dict[str, object]) -> None:
    assert http.post("/v1/finance/roi", json=body).status_code == 422


def test_a_calculation_by_name_shows_formula_and_inputs(http: httpx2.Client) -> None:
    body = {"operation": "irr", "amounts": [{"value": -1000}, {"value": 500}, {"value": 720}]}

    (step,) = http.post("/v1/finance/calculate", json=body).json()["calculations"]

    assert (step["result"], step["unit"], len(step["inputs"])) == (13.45903, "%", 3)


@pytest.mark.parametrize(
    ("amounts", "code"),
    [
        pytest.param([{"value": 5}, {"value": 6}], "irr_none", id="no payment out"),
        pytest.param([{"value": -5}, {"value": 6, "unit": "EUR"}], "unit_mismatch", id="two currencies"),
        pytest.param([{"value": -5}], "wrong_number_of_amounts", id="one flow"),
    ],
)
def test_a_calculation_that_has_no_answer_says_why(http: httpx2.Client, amounts: list[dict[str, object]], code: str) -> None:
    response = http.post("/v1/finance/calculate", json={"operation": "irr", "amounts": amounts})

    assert (response.status_code, response.json()["title"]) == (422, code)


def test_a_draft_is_approved_once_and_delivered_to_its_file(http: httpx2.Client, office: Office) -> None:
    http.post("/v1/tasks/Contratar Data Analyst/state", json={"status": "done"})
    draft = http.post("/v1/status/drafts", json={"destination": "file:avance.md", "language": "es"}).json()

    approved = http.post(f"/v1/status/drafts/{draft['id']}/approve", json={"version": draft["version"]})
    again = http.post(f"/v1/status/drafts/{draft['id']}/approve", json={"version": draft["version"]})
    Worker(office).once()

    text = (office.workspace.settings.home / "avance.md").read_text(encoding="utf-8")
    assert approved.json()["state"] == "approved"
    assert (again.status_code, again.json()["title"]) == (409, "draft_moved_on")
    assert text.count("- Hecha: Contratar Data Analyst") == 1
    assert http.get(f"/v1/status/drafts/{draft['id']}").json()["state"] == "sent"


def test_an_edit_makes_a_version_that_needs_its_own_yes(http: httpx2.Client) -> None:
    draft = http.post("/v1/status/drafts", json={"destination": "file:avance.md"}).json()

    edited = http.post(f"/v1/status/drafts/{draft['id']}/edit", json={"version": 1, "text": "Todo en marcha."}).json()

    assert (edited["version"], edited["edited_by"]) == (2, "local:test")
    assert http.post(f"/v1/status/drafts/{draft['id']}/approve", json={"version": 1}).status_code == 409


@pytest.mark.parametrize("destination", ["file:/etc/motd", "file:../x.md", "slack:#team", "mailto:a"])
def test_a_draft_to_a_forbidden_place_is_refused(http: httpx2.Client, destination: str) -> None:
    assert http.post("/v1/status/drafts", json={"destination": destination}).status_code == 422


def test_the_openapi_document_has_an_example_for_every_body(http: httpx2.Client) -> None:
    paths = http.get("/openapi.json").json()

    schemas = paths["components"]["schemas"]
    bodies = {
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
        for path, methods in paths["paths"].items()
        for operation in methods.values()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    assert [name for name in sorted(bodies) if "examples" not in schemas[name]] == []
