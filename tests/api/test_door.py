"""Who may come in, how often, and writes that happen once."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest

from copilot.access import Doorkeeper
from copilot.bootstrap import Workspace
from copilot.domain.access import Role
from copilot.domain.errors import OperatorMustFix
from copilot.office import Office
from integrations.server.serving import build, running
from tests.api.conftest import LOCAL

DRAFT = {"audience": "team", "language": "es", "destination": "file:avance.md"}


def with_key(url: str, office: Office, role: Role) -> httpx2.Client:
    return httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {office.doorkeeper.create('k', role)[1]}"}, timeout=30)


def test_without_a_key_a_locked_door_stays_shut_but_health_answers(locked: str) -> None:
    response = httpx2.get(f"{locked}/v1/kpis")

    assert (response.status_code, response.json()["title"]) == (401, "key_required")
    assert response.headers["www-authenticate"] == "Bearer"
    assert httpx2.get(f"{locked}/health").status_code == 200


def test_an_unknown_a_revoked_and_an_expired_key_are_refused(locked: str, office: Office) -> None:
    revoked, secret = office.doorkeeper.create("r", Role.viewer)
    office.doorkeeper.revoke(revoked.id)

    class LongAgo:
        def now(self) -> object:
            return office.clock.now() - timedelta(days=100)

    expired = Doorkeeper(office.access, LongAgo()).create("e", Role.viewer, days=90)[1]  # type: ignore[arg-type]

    for bad in ("rumbo_00_unknown", secret, expired):
        response = httpx2.get(f"{locked}/v1/kpis", headers={"X-API-Key": bad})
        assert (response.status_code, response.json()["title"]) == (401, "key_refused")


def test_a_key_is_stored_as_a_hash_only(office: Office) -> None:
    key, secret = office.doorkeeper.create("ci", Role.member)

    assert secret not in key.model_dump_json()
    assert secret.encode() not in (office.workspace.settings.home / "rumbo.db").read_bytes()


@pytest.mark.parametrize(
    ("role", "recorded", "drafted", "decided"),
    [(Role.viewer, 403, 403, 403), (Role.member, 201, 201, 403), (Role.approver, 201, 201, 200)],
)
def test_each_role_may_do_what_it_may(locked: str, office: Office, role: Role, recorded: int, drafted: int, decided: int) -> None:
    with with_key(locked, office, Role.member) as colleague:
        draft = colleague.post("/v1/status/drafts", json=DRAFT).json()

    with with_key(locked, office, role) as client:
        assert client.get("/v1/tasks").status_code == 200
        assert client.post("/v1/kpis/readings", json={"name": "Churn", "value": "5%"}).status_code == recorded
        assert client.post("/v1/status/drafts", json=DRAFT).status_code == drafted
        assert client.post(f"/v1/status/drafts/{draft['id']}/approve", json={"version": 1}).status_code == decided


def test_an_address_others_can_reach_needs_a_key_to_start(office: Office) -> None:
    with pytest.raises(OperatorMustFix, match="no_keys"):
        build(office, host="0.0.0.0", local=LOCAL, worker=False)


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_a_page_from_elsewhere_cannot_use_a_door_without_keys(http: httpx2.Client, headers: dict[str, str]) -> None:
    response = http.get("/v1/kpis", headers=headers)

    assert (response.status_code, response.json()["title"]) == (403, "foreign_origin")


def test_requests_over_the_rate_are_told_when_to_come_back(office: Office) -> None:
    slow = Office(Workspace(office.workspace.settings.model_copy(update={"rate_per_minute": 3})))
    with running(build(slow, host="127.0.0.1", local=LOCAL, worker=False)) as url:
        statuses = [httpx2.get(f"{url}/v1/conflicts") for _ in range(7)]

    refused = [response for response in statuses if response.status_code == 429]
    assert refused
    assert 0 < int(refused[0].headers["retry-after"]) <= 60
    slow.workspace.close()


def test_a_repeated_write_has_one_effect_and_the_same_response(http: httpx2.Client) -> None:
    send = {"json": {"name": "NPS", "value": "41"}, "headers": {"Idempotency-Key": "k1"}}

    first, second = http.post("/v1/kpis/readings", **send), http.post("/v1/kpis/readings", **send)  # type: ignore[arg-type]

    assert first.json() == second.json()
    assert second.headers["idempotent-replay"] == "true"
    assert len(http.get("/v1/kpis/NPS/readings").json()) == 1


def test_a_key_used_for_another_request_is_refused(http: httpx2.Client) -> None:
    headers = {"Idempotency-Key": "k1"}
    http.post("/v1/kpis/readings", json={"name": "NPS", "value": "41"}, headers=headers)

    other = http.post("/v1/kpis/readings", json={"name": "NPS", "value": "42"}, headers=headers)

    assert (other.status_code, other.json()["title"]) == (422, "idempotency_key_reused")


def test_a_write_that_failed_may_be_repeated_with_its_key(http: httpx2.Client) -> None:
    headers = {"Idempotency-Key": "k2"}
    refused = http.post("/v1/kpis/readings", json={"name": "NPS", "value": "$4"}, headers=headers)

    assert refused.json()["title"] == "wrong_unit"
    assert http.post("/v1/kpis/readings", json={"name": "NPS", "value": "$4"}, headers=headers).json()["title"] == "wrong_unit"
