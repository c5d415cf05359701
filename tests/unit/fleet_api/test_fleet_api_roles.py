"""Every route, asked by nobody and by each role."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from fleet_api_stand import PASSWORD, Stand

from kiosk.fleet.access.roles import LEAST_FOR_VERB, Role
from kiosk.fleet.api.access import LEAST_ROLE
from kiosk.fleet.verbs import VERBS

DAYS = {"first": "2026-11-20", "last": "2026-11-22"}
HOURS = {"since": 1_763_700_000_000, "until": 1_763_800_000_000}


def operations(client: TestClient) -> list[tuple[str, str, str]]:
    """Method, path and least role, as the description says."""
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    return [
        (method.upper(), path, operation[LEAST_ROLE])
        for path, methods in paths.items()
        for method, operation in methods.items()
    ]


def ask(client: TestClient, method: str, path: str, order: str) -> Any:
    filled = path.format(kiosk="K0002", number=1, order=order, name="viewer")
    query: dict[str, Any] = DAYS if "/reports/" in path and method == "GET" else {}
    query = HOURS if "/journal" in path else query
    return client.request(method, filled, params=query, json={} if method in ("POST", "PUT", "PATCH") else None)


def commands(stand: Stand) -> dict[str, str]:
    rows = stand.client(Role.VIEWER).get("/api/v1/commands").json()
    return {row["verb"]: row["id"] for row in rows}


def test_every_route_names_its_least_role_and_the_list_is_whole(stand: Stand) -> None:
    described = {(method, path) for method, path, _ in operations(stand.client())}
    routes = {
        (method, route.path) for route in stand.api.routes if isinstance(route, APIRoute) for method in route.methods
    }
    assert not routes or routes == described
    assert len(described) >= 50


def test_nobody_gets_in_without_a_session(stand: Stand) -> None:
    client, order = stand.client(), commands(stand)["test_device"]
    for method, path, least in operations(client):
        answer = ask(client, method, path, order)
        if least == "none":
            assert answer.status_code in (204, 422), (method, path)
        else:
            assert answer.status_code == 401, (method, path)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_let_into_what_it_covers_and_refused_the_rest(stand: Stand, role: Role) -> None:
    client, order = stand.client(role), commands(stand)["test_device"]
    let_in = refused = 0
    for method, path, least in operations(client):
        if least == "none" or method == "DELETE":
            continue
        status = ask(client, method, path, order).status_code
        if role.covers(Role(least)):
            let_in += 1
            assert status not in (401, 403, 500), (method, path, status)
        else:
            refused += 1
            assert status == 403, (method, path, status)
    for method, path, least in operations(client):
        if method == "DELETE" and least != "none":
            status = ask(client, method, path, order).status_code
            assert (status == 403) is not role.covers(Role(least)), (method, path, status)
    assert let_in
    assert bool(refused) is (role is not Role.ADMINISTRATOR)


@pytest.mark.parametrize("role", list(Role))
def test_each_verb_takes_its_role(stand: Stand, role: Role) -> None:
    needed, client = {"device": "card_printer", "digest": "ab" * 32}, stand.client(role)
    for name, verb in VERBS.items():
        arguments = {word: needed[word] for word, each in verb.arguments.items() if each.required}
        answer = client.post("/api/v1/commands", json={"kiosk": "K0001", "verb": name, "arguments": arguments})
        if role.covers(LEAST_FOR_VERB[name]):
            assert (name, answer.status_code) == (name, 201)
            assert answer.json()["state"] == ("proposed" if verb.second_person else "ready")
        else:
            assert (name, answer.status_code) == (name, 403)


def test_a_risky_command_waits_for_another_person_of_the_right_role(stand: Stand) -> None:
    engineer, administrator = stand.client(Role.ENGINEER), stand.client(Role.ADMINISTRATOR)
    made = engineer.post("/api/v1/commands", json={"kiosk": "K0001", "verb": "restart_machine"}).json()
    approval = f"/api/v1/commands/{made['id']}/approval"
    assert stand.client(Role.OPERATOR).post(approval).status_code == 403
    own = engineer.post(approval)
    assert (own.status_code, own.json()["detail"]) == (409, "the one who asked cannot approve")
    approved = administrator.post(approval).json()
    assert (approved["state"], approved["approved_by"]) == ("ready", "administrator")
    assert administrator.post(approval).status_code == 409


def test_signing_in_is_limited(stand: Stand) -> None:
    client = stand.client()
    wrong = {"name": "operator", "password": "not the words at all"}
    assert [client.post("/api/v1/session", json=wrong).status_code for _ in range(6)] == [401] * 5 + [429]
    right = client.post("/api/v1/session", json={"name": "operator", "password": PASSWORD})
    assert (right.status_code, right.headers["retry-after"]) == (429, "900")


def test_the_cookie_is_out_of_reach_and_serves_this_origin_only(stand: Stand) -> None:
    client = stand.client()
    signed_in = client.post("/api/v1/session", json={"name": "operator", "password": PASSWORD})
    cookie = signed_in.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/api/v1/session").json()["name"] == "operator"
    note = {"text": "seen"}
    assert client.post("/api/v1/alerts/1/notes", json=note).status_code == 200
    for foreign in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/api/v1/alerts/1/notes", json=note, headers=foreign).status_code == 403
    token = {"Authorization": f"Bearer {signed_in.json()['token']}"}
    assert client.delete("/api/v1/session", headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert stand.client().get("/api/v1/session", headers=token).status_code == 200
    assert client.delete("/api/v1/session").status_code == 204
    assert client.get("/api/v1/session").status_code == 401
    assert stand.client().get("/api/v1/session", headers=token).status_code == 401  # wherever it was copied to
