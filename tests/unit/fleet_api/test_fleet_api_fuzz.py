"""The API under whatever its description allows, and what it does not: it answers as described and never breaks."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import schemathesis
from fleet_api_stand import Stand
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kiosk.fleet.access.roles import Role

EXAMPLES = 12
"""Requests a route: some four hundred in all."""

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def bombard(operation: Any, headers: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def one(case: schemathesis.Case) -> None:
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS)

    one()


def test_no_request_breaks_it(stand: Stand) -> None:
    headers = {"Authorization": f"Bearer {stand.tokens[Role.ADMINISTRATOR]}"}
    operations = [
        found.ok() for found in schemathesis.openapi.from_asgi("/api/v1/openapi.json", stand.api).get_all_operations()
    ]
    assert len(operations) >= 35
    for operation in operations:
        signs_out = (operation.method.lower(), operation.path) == ("delete", "/api/v1/session")
        bombard(operation, {} if signs_out else headers)
    assert stand.client(Role.ADMINISTRATOR).get("/api/v1/session").status_code == 200  # all were asked as somebody


@given(path=st.text(max_size=40), body=st.binary(max_size=200), method=st.sampled_from(["GET", "POST", "PUT", "PATCH"]))
@settings(max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_no_bytes_break_it(stand: Stand, path: str, body: bytes, method: str) -> None:
    client = stand.client(Role.ADMINISTRATOR)
    for where in (f"/api/v1/alerts/{quote(path, safe='')}", "/api/v1/commands", "/api/v1/session"):
        answer = client.request(method, where, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code < 500, (method, where, body)
