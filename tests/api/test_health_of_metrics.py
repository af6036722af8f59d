"""How metrics stand, over HTTP."""

from __future__ import annotations

import httpx2


def test_health_of_all_metrics_comes_with_groups_and_thresholds(http: httpx2.Client) -> None:
    http.post("/v1/kpis/readings", json={"name": "churn", "value": "5.5 %"})

    told = http.get("/v1/kpis/health").json()

    churn = next(one for one in told["metrics"] if one["name"] == "Churn")
    assert (churn["latest"]["value"], churn["status"] in ("green", "amber", "red", "grey")) == (5.5, True)
    assert told["groups"][0]["kind"] == "plan"
    assert told["rules"]["green_within"] == 10


def test_health_of_one_metric_shows_its_calculations_and_an_unknown_one_near_names(http: httpx2.Client) -> None:
    http.post("/v1/kpis/readings", json={"name": "churn", "value": "5.5 %"})

    one, unknown = http.get("/v1/kpis/churn/health"), http.get("/v1/kpis/churm rate x/health")

    assert one.json()["calculations"][0]["name"] == "gap"
    assert unknown.status_code in (404, 422)
    assert "Churn" in unknown.text
