"""Tasks over HTTP: listed by state, person and due day, changed in part, counted by phase."""

from __future__ import annotations

import httpx2
import pytest

NAME = "Contratar Data Analyst"


def test_a_change_of_a_part_leaves_the_rest(http: httpx2.Client) -> None:
    http.patch(f"/v1/tasks/{NAME}", json={"owner": "Ana", "due": "2026-01-15"})
    http.patch(f"/v1/tasks/{NAME}", json={"status": "doing", "note": "primera entrevista"})

    late = http.get("/v1/tasks", params={"overdue": True, "owner": "ana"}).json()

    assert [(task["text"], task["status"], task["due"], task["due_source"], task["note"]) for task in late] == [
        (NAME, "doing", "2026-01-15", "set", "primera entrevista")
    ]


def test_null_takes_a_day_away_and_the_documents_own_time_holds_again(http: httpx2.Client) -> None:
    before = next(task for task in http.get("/v1/tasks").json() if task["text"] == NAME)
    http.patch(f"/v1/tasks/{NAME}", json={"due": "2031-05-01"})
    http.patch(f"/v1/tasks/{NAME}", json={"due": None})

    after = next(task for task in http.get("/v1/tasks").json() if task["text"] == NAME)

    assert (after["due"], after["due_source"]) == (before["due"], before["due_source"])


def test_progress_counts_by_document_and_phase(http: httpx2.Client) -> None:
    http.patch(f"/v1/tasks/{NAME}", json={"status": "done"})

    told = http.get("/v1/tasks/progress").json()

    assert sum(row["done"] for row in told["documents"]) == sum(row["done"] for row in told["phases"]) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({}, "nothing_to_change", id="nothing"),
        pytest.param({"owner": " \n"}, "bad_owner", id="blank owner"),
        pytest.param({"status": "perhaps"}, "invalid_request", id="no state"),
    ],
)
def test_a_change_that_says_nothing_is_refused(http: httpx2.Client, body: dict[str, str], code: str) -> None:
    response = http.patch(f"/v1/tasks/{NAME}", json=body)

    assert response.status_code == 422
    assert code in response.text or code == "invalid_request"
    assert all(task["state"] is None for task in http.get("/v1/tasks").json())
