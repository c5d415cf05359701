"""One sandbox host for the session, over real mutual TLS on loopback; each test begins with it reset.

A real host's client passes the same tests against the real host's test system, minus the faults on order.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from kiosk.host.http import HttpHost, Retries, TimeLimits
from kiosk.host.port import CardProof, IdCardProof
from kiosk.host.sandbox.certificates import SandboxCertificates, make_certificates
from kiosk.host.sandbox.reference import DemoPerson, demo_people
from kiosk.host.sandbox.server import running

DEMO = Path(__file__).parents[3] / "kiosk" / "demo" / "people.toml"


@dataclass
class SandboxHost:
    """A running sandbox: where it is, its certificates, its control port."""

    business: str
    certificates: SandboxCertificates
    control: httpx.Client

    def order(self, kind: str, path: str, **settings: Any) -> None:
        """Order a fault."""
        self.control.post("/sandbox/faults", json={"kind": kind, "path": path, **settings}).raise_for_status()

    def calls(self, path: str) -> list[dict[str, Any]]:
        """What came in on a path."""
        return [call for call in self.control.get("/sandbox/calls").json() if call["path"] == path]

    def people(self, **wanted: Any) -> list[dict[str, Any]]:
        """Synthetic people of a kind."""
        found = self.control.get("/sandbox/people", params=wanted).raise_for_status().json()
        assert found, f"nobody is {wanted}"
        return list(found)


@pytest.fixture(scope="session")
def sandbox_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxHost]:
    folder = tmp_path_factory.mktemp("sandbox-host")
    certificates = make_certificates(folder / "tls")
    with (
        running(folder / "host.sqlite", people=DEMO, tls=certificates.server, seed=1, size=3000) as addresses,
        httpx.Client(base_url=addresses.control, trust_env=False) as control,
    ):
        yield SandboxHost(addresses.business, certificates, control)


@pytest.fixture
def sandbox_host(sandbox_session: SandboxHost) -> SandboxHost:
    sandbox_session.control.post("/sandbox/reset").raise_for_status()
    return sandbox_session


@pytest.fixture
async def connect(sandbox_host: SandboxHost) -> AsyncIterator[Callable[..., HttpHost]]:
    """Makes clients; pauses between their attempts take no time, an answer may take half a second."""
    made: list[HttpHost] = []

    async def no_pause(_seconds: float) -> None:
        return

    def client(**settings: Any) -> HttpHost:
        kiosk = settings.pop("kiosk", sandbox_host.certificates.kiosk)
        given = {
            "kiosk_id": "KIOSK-TEST-01",
            "ca_file": sandbox_host.certificates.kiosk.ca,
            "certificate_file": kiosk.certificate,
            "key_file": kiosk.key,
            "limits": TimeLimits(answer=0.5),
            "retries": Retries(attempts=1),
            "pause": no_pause,
        }
        made.append(HttpHost(settings.pop("base_url", sandbox_host.business), **{**given, **settings}))
        return made[-1]

    yield client
    for host in made:
        await host.close()


@pytest.fixture
def host(connect: Callable[..., HttpHost]) -> HttpHost:
    """A client that waits long and tries once: for all that is not about time-outs."""
    return connect(limits=TimeLimits(answer=20.0))


@pytest.fixture(scope="session")
def demo() -> dict[str, DemoPerson]:
    """The people of the demonstration by key."""
    return {person.key: person for person in demo_people(DEMO)}


@pytest.fixture(scope="session")
def card_of(demo: dict[str, DemoPerson]) -> Callable[..., CardProof]:
    """What is read from the card of a person of the demonstration."""

    def proof(key: str, *, pin_verified: bool = True) -> CardProof:
        person = demo[key]
        assert person.card is not None
        return CardProof(
            person.card.identifier, person.card.card_number, person.number, person.name, person.card.generation,
            pin_verified,
        )  # fmt: skip

    return proof


@pytest.fixture(scope="session")
def id_card_of(demo: dict[str, DemoPerson]) -> Callable[[str], IdCardProof]:
    """What is read from the ID card of a person of the demonstration."""

    def proof(key: str) -> IdCardProof:
        person = demo[key]
        return IdCardProof("citizen", person.number, person.name, person.birth_date, None)

    return proof
