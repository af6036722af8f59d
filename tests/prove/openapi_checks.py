"""Loaded by schemathesis: the one check that differs from its own.

Its `positive_data_acceptance` takes every 422 to a request that fits the schema for a failure. Some refusals depend on what
the workspace holds or on an earlier request, which no schema can tell: those are named here, one by one, and every other 422
still fails.
"""

from __future__ import annotations

import json
import os
from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response

BY_STATE = {
    "idempotency_key_reused",  # the key came with another request before
    "empty_question",  # the last of the messages is no user's, or holds no text: a schema cannot speak of the last item
    "question_too_long",  # the limit is a setting
    "empty_query",  # the words are only such as are left out
    "bad_document_name",  # the file's own name, which is no field of the form
    "file_empty",  # a file's content is not described by a schema
    "file_binary",
    "bad_reading",  # a value that fits no unit of the metric, known once the metric is
    "ambiguous_number",
    "wrong_unit",
    "date_in_future",  # depends on the day
    "nothing_to_calculate",  # the item has no amounts
    # What a calculation takes depends on which it is and on the amounts together.
    "wrong_number_of_amounts",
    "calculation_needs",
    "unit_mismatch",
    "not_money",
    "not_positive",
    "range_not_supported",
    "unpaired_inputs",
    "too_few_flows",
    "too_many_flows",
    "irr_none",
    "irr_ambiguous",
    "cash_grows",
    "never_breaks_even",
    "result_too_large",
    "range_upside_down",
}


@schemathesis.check
def fitting_request_is_accepted(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive or response.status_code not in (400, 413, 415, 422):
        return None
    told = json.loads(response.content)
    code = told.get("title") or told.get("error", {}).get("code")
    assert code in BY_STATE, f"a request that fits the schema was refused: {code}: {told}"
    return None


@schemathesis.hook
def map_path_parameters(context: HookContext, path_parameters: dict[str, object] | None) -> dict[str, object] | None:
    """Half of the names are such as the workspace knows, so that requests get past `unknown`."""
    known = json.loads(os.environ["KNOWN_NAMES"])
    label = context.operation.label if context.operation is not None else ""
    if path_parameters and "name" in path_parameters and len(str(path_parameters["name"])) % 2:
        return {**path_parameters, "name": known["metric" if "/kpis/" in label else "task"]}
    return path_parameters
