"""The sandbox as a program: its documents, its logs, its start and its end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from kiosk.host.http import HttpHost
from kiosk.host.port import CardProof, HostRefused, IdCardProof, Scheme
from kiosk.host.sandbox import reference
from kiosk.host.sandbox.api import business_app
from kiosk.host.sandbox.server import ServerError, running
from kiosk.host.sandbox.state import Sandbox
from kiosk.host.sandbox.store import open_store

DEMO = Path(__file__).parents[3] / "kiosk" / "demo" / "people.toml"
CALLS = {
    ("get", "/v1/ping"), ("get", "/v1/blacklist"), ("post", "/v1/cards/authentication"),
    ("post", "/v1/cards/pin-changes"), ("post", "/v1/sessions/by-card"), ("post", "/v1/sessions/by-id-card"),
    ("delete", "/v1/session"), ("get", "/v1/session/card-status"), ("get", "/v1/session/contributions/{scheme}"),
    ("get", "/v1/session/pension"), ("get", "/v1/session/medical-account"), ("get", "/v1/session/benefits"),
    ("get", "/v1/session/personal-data"), ("post", "/v1/session/corrections"), ("post", "/v1/session/documents"),
    ("post", "/v1/documents/activation"), ("post", "/v1/documents/void"), ("get", "/check/{code}"),
    *(("post", f"/v1/issuing/{path}") for path in (
        "eligibility", "quotes", "banks", "applications", "photos", "photo-receipts", "base-photo", "old-cards",
        "deferrals", "withdrawals", "state-by-key", "state", "fee-lines", "reservations", "reservation",
        "personalisation/mutual", "personalisation/external", "personalisation/mac", "commits", "releases",
        "bad-cards", "advices",
    )),
    ("get", "/payer/v1/ping"),
    *(("post", f"/payer/v1/orders/{path}") for path in ("hold", "capture", "release", "refund", "state", "lines")),
}  # fmt: skip

SERVE = """
import sys
from pathlib import Path
from kiosk.host.sandbox.certificates import make_certificates
from kiosk.host.sandbox.server import serve
folder, people = Path(sys.argv[1]), Path(sys.argv[2])
serve(folder / "host.sqlite", people=people, listen="127.0.0.1:0", control="127.0.0.1:0",
      tls=make_certificates(folder / "tls").server, seed=1, size=300)
"""


@pytest.fixture(scope="module")
def openapi(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    database = tmp_path_factory.mktemp("openapi") / "host.sqlite"
    engine = open_store(database, people_file=DEMO, seed=1, size=11, today=date(2026, 11, 22))
    document = business_app(Sandbox(engine, settled=0)).openapi()
    engine.dispose()
    return document


def test_the_openapi_document_has_every_call(openapi: dict[str, Any]) -> None:
    assert {(method, path) for path, methods in openapi["paths"].items() for method in methods} == CALLS
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description"), (method, path)
            if method == "post":
                headers = {p["name"] for p in operation["parameters"] if p["in"] == "header" and p["required"]}
                assert headers == {"X-Kiosk", "Idempotency-Key"}


def test_nothing_personal_is_asked_for_in_a_path_or_a_query(openapi: dict[str, Any]) -> None:
    places = {
        (parameter["in"], parameter["name"])
        for methods in openapi["paths"].values()
        for operation in methods.values()
        for parameter in operation.get("parameters", [])
    }
    assert places == {("header", "X-Kiosk"), ("header", "Idempotency-Key"), ("path", "scheme"), ("path", "code")}


def test_its_examples_are_of_nobody(openapi: dict[str, Any]) -> None:
    text = json.dumps(openapi, ensure_ascii=False)
    assert "examples" in text
    for person in reference.demo_people(DEMO):
        for secret in (person.number, person.name, person.address, person.card and person.card.identifier):
            assert not secret or secret not in text
    assert not re.search(r"\b\d{17}[\dX]\b", text), "no whole ID number"


def test_the_pages_show_every_call_and_load_nothing_from_elsewhere(sandbox_host: Any) -> None:
    page = sandbox_host.control.get("/docs").text
    for method, path in CALLS:
        assert f"{method.upper()} {path}" in page
    assert "&quot;own_total&quot;: 123456" in page
    control = sandbox_host.control.get("/sandbox/docs").text
    assert "POST /sandbox/faults" in control
    assert sandbox_host.control.get("/openapi.json").json()["paths"].keys() == {path for _, path in CALLS}
    for text in (page, control):
        assert not re.search(r"<script|<link|src=|https?://(?!127\.0\.0\.1)", text)


async def test_the_logs_hold_nothing_personal(
    host: HttpHost, sandbox_host: Any, card_of: Callable[..., CardProof], id_card_of: Callable[[str], IdCardProof]
) -> None:
    card, other = card_of("wang_xiulan"), id_card_of("li_jianguo")
    await host.ping()
    with structlog.testing.capture_logs() as logs:
        person = await host.identify_by_card(card)
        await host.contributions(person, Scheme.PENSION)
        await host.personal_data(person)
        document = await host.register_document(person, "contributions", "KIOSK-TEST-01-D1")
        await host.activate_document(document.number, "KIOSK-TEST-01-D1-act")
        await host.pin_changed(card.identifier, "KIOSK-TEST-01-P1")
        with pytest.raises(HostRefused):
            await host.identify_by_card(card_of("wu_guihua"))
        await host.identify_by_id_card(other)
        async with httpx.AsyncClient(trust_env=False) as anybody:
            assert (await anybody.get(document.check_url)).status_code == 200
        await host.end_session(person)
    assert [entry["path"] for entry in logs if entry["event"] == "call"][:2] == [
        "/v1/sessions/by-card",
        "/v1/session/contributions/{scheme}",
    ]
    everything = json.dumps(logs, ensure_ascii=False, default=repr) + json.dumps(
        sandbox_host.control.get("/sandbox/calls").json(), ensure_ascii=False
    )
    for secret in (
        card.name, card.identifier, card.card_number, card.social_security_number, other.name, other.number,
        person.token, document.verification_code,
    ):  # fmt: skip
        assert secret not in everything


async def test_a_malformed_request_is_told_without_repeating_what_was_sent(sandbox_host: Any) -> None:
    files = sandbox_host.certificates.kiosk
    context = ssl.create_default_context(cafile=str(files.ca))
    context.load_cert_chain(files.certificate, files.key)
    async with httpx.AsyncClient(base_url=sandbox_host.business, verify=context, trust_env=False) as client:
        answer = await client.post("/v1/sessions/by-id-card", json={"number": "990101195603120022", "extra": "王秀兰"})
    assert answer.status_code == 400
    assert "990101195603120022" not in answer.text
    assert "王秀兰" not in answer.text
    assert {"body.kind", "body.extra", "header.X-Kiosk", "header.Idempotency-Key"} <= set(answer.json()["fields"])


def test_it_says_when_it_is_ready_and_ends_cleanly_on_sigterm(tmp_path: Path) -> None:
    for _ in range(2):  # the second start finds the population of the first
        program = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(tmp_path), str(DEMO)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        try:
            assert program.stdout is not None
            ready = next(json.loads(line) for line in program.stdout if line.startswith("{"))
            assert ready["ready"] is True
            assert ready["business"].startswith("https://127.0.0.1:")
            httpx.get(f"{ready['control']}/sandbox/calls", trust_env=False).raise_for_status()
            program.send_signal(signal.SIGTERM)
            _, errors = program.communicate(timeout=10)
        finally:
            program.kill()
            program.wait()
        assert program.returncode == 0
        assert "Traceback" not in errors


def test_it_ends_although_a_reply_is_being_withheld(tmp_path: Path) -> None:
    with running(tmp_path / "host.sqlite", people=DEMO, tls=None, size=11) as addresses:
        httpx.post(f"{addresses.control}/sandbox/faults", json={"kind": "lost_reply"}, trust_env=False)
        with httpx.Client(base_url=addresses.business, trust_env=False, timeout=0.1) as client:
            with pytest.raises(httpx.ReadTimeout):
                client.get("/v1/ping")
            assert client.get("/v1/ping", timeout=5.0).status_code == 200


def test_a_taken_port_and_a_wrong_address_are_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for listen in (f"127.0.0.1:{taken.getsockname()[1]}", "127.0.0.1:many", "nowhere"):
            with (
                pytest.raises(ServerError, match="cannot listen at"),
                running(tmp_path / "host.sqlite", people=DEMO, tls=None, listen=listen, size=11),
            ):
                pass
