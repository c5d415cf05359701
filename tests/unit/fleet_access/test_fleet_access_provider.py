"""Signing in at an identity provider, through the console's own routes against a provider on loopback."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.fernet import Fernet
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from identity_provider import CLIENT, SECRET, Provider, new_key, on_loopback
from sqlalchemy import Engine
from structlog.testing import capture_logs

from kiosk.clock import ManualClock
from kiosk.fleet.access.accounts import Accounts
from kiosk.fleet.access.provider import IdentityProvider, ProviderRefused
from kiosk.fleet.access.provider_settings import ProviderSettings
from kiosk.fleet.access.roles import Role
from kiosk.fleet.access.sessions import COOKIE, Sessions
from kiosk.fleet.api.application import application
from kiosk.fleet.api.service import Service
from kiosk.fleet.console import sign_in
from kiosk.fleet.contact_secrets import ContactSecrets
from kiosk.fleet.desk.contacts import ContactDesk
from kiosk.fleet.desk.doing import Doing
from kiosk.fleet.settings import load
from kiosk.fleet.store import audit
from kiosk.fleet.store.database import migrate, open_database, reading
from kiosk.located_toml import MistakesError
from kiosk.staff import hashing

HERE = "https://fleet.example"
PASSWORD = "synthetic words 17"
ROLES = {"operator": ["duty"], "administrator": ["chiefs", "city/it"]}


@dataclass
class Stand:
    engine: Engine
    clock: ManualClock
    service: Service
    api: FastAPI
    provider: Provider
    identity: IdentityProvider

    def browser(self) -> TestClient:
        return TestClient(self.api, base_url=HERE, follow_redirects=False, headers={"Accept-Language": "en"})

    def come_back(self, browser: TestClient, *, query: str = "") -> httpx.Response:
        """From the console to the provider and back again."""
        begun = browser.get(f"/console-sign-in/provider?lang=en{query}")
        assert begun.status_code == 303, begun.text
        there = httpx.get(begun.headers["location"])
        return browser.get(there.headers["location"])

    def trail(self) -> list[tuple[str, str, str]]:
        with self.engine.connect() as connection:
            return [(each.actor, each.action, each.subject) for each in reversed(audit.entries(connection))]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with on_loopback(int(ManualClock().now().timestamp())) as provider:
        yield provider


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("tables") / "fleet.db"
    engine = open_database(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    return file


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider: Provider, tables: Path) -> Iterator[Stand]:
    monkeypatch.setattr(hashing, "ITERATIONS", 1)
    monkeypatch.setattr(hashing, "MEMORY_KIB", 64)
    fresh = Provider(provider.issuer, provider.now, key=provider.key, person={**PERSON})
    for name, value in vars(fresh).items():
        monkeypatch.setattr(provider, name, value)
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    clock = ManualClock()
    wanted = ProviderSettings.model_validate(
        {
            "issuer": provider.issuer, "name": "city", "client_id": CLIENT, "address": HERE, "roles": ROLES,
            "client_secret_file": tmp_path / "secret",
        }
    )  # fmt: skip
    shutil.copy(tables, tmp_path / "fleet.db")
    engine = open_database(f"sqlite:///{tmp_path / 'fleet.db'}")
    accounts = Accounts(engine, clock)
    accounts.add("ann", Role.OPERATOR, PASSWORD)
    accounts.add("root", Role.ADMINISTRATOR, PASSWORD)
    contacts = ContactDesk(engine, clock, ContactSecrets(Fernet.generate_key()))
    sessions = Sessions("key", accounts, clock)
    service = Service(reading(engine), accounts, sessions, Doing(engine, clock, accounts), clock, contacts)
    api = application(service)
    identity = IdentityProvider(wanted, clock)
    sign_in.add(api, service, identity)
    yield Stand(engine, clock, service, api, provider, identity)
    engine.dispose()


PERSON = {"sub": "7", "preferred_username": "Li.Wei@city.example", "groups": ["duty", "everybody"]}


def test_somebody_signs_in_there_and_out_again(stand: Stand) -> None:
    browser = stand.browser()
    page = browser.get("/console-sign-in?lang=en&go_to=/console/alerts")
    assert 'href="/console-sign-in/provider?lang=en&amp;go_to=%2Fconsole%2Falerts"' in page.text
    back = stand.come_back(browser, query="&go_to=/console/alerts")
    assert (back.status_code, back.headers["location"]) == (303, "/console/alerts")
    cookies = back.headers.get_list("set-cookie")
    assert any(each.startswith(COOKIE) and "HttpOnly" in each and "Secure" in each for each in cookies)
    account = browser.get("/api/v1/session").json()
    assert account == {"name": "li.wei@city", "role": "operator", "disabled": False, "local": False}
    assert browser.post("/api/v1/alerts/1/notes", json={"text": "x"}).status_code == 404  # let in, and no such alert
    assert browser.get("/api/v1/audit").status_code == 403
    assert stand.trail() == [
        ("provider:city", "account.add", "account:li.wei@city"),
        ("li.wei@city", "account.sign_in", "account:li.wei@city"),
    ]
    out = browser.post("/console-sign-out?lang=en")
    assert browser.get("/api/v1/session").status_code == 401
    elsewhere = browser.get(out.headers["location"]).text
    assert f'href="{stand.provider.issuer}/out?client_id={CLIENT}"' in elsewhere
    assert "Sign out there, too" in elsewhere
    assert stand.come_back(browser).status_code == 303  # known already
    assert len(stand.service.accounts.all()) == 3


def test_the_role_follows_what_the_provider_says_each_time(stand: Stand) -> None:
    browser = stand.browser()
    stand.come_back(browser)
    stand.provider.person["groups"] = "city/it"
    other = stand.browser()
    stand.come_back(other)
    assert other.get("/api/v1/session").json()["role"] == "administrator"
    assert browser.get("/api/v1/session").status_code == 401  # signed in under the old role
    stand.provider.person["groups"] = ["everybody", 7, None]
    refused = stand.come_back(stand.browser())
    assert refused.status_code == 403
    assert "Your organisation has not given you a role for this console." in refused.text
    assert other.get("/api/v1/session").status_code == 401
    actions = [action for _, action, _ in stand.trail()]
    assert actions == ["account.add", "account.sign_in", "account.role", "account.sign_in", "account.no_role"]
    assert stand.come_back(stand.browser()).status_code == 403


def test_a_stranger_without_a_role_gets_no_account(stand: Stand) -> None:
    stand.provider.person = {"sub": "8", "preferred_username": "nobody"}
    refused = stand.come_back(stand.browser())
    assert (refused.status_code, COOKIE in refused.headers.get("set-cookie", "")) == (403, False)
    assert [each.name for each in stand.service.accounts.all()] == ["ann", "root"]


def test_a_closed_account_stays_closed_and_its_role_is_the_providers(stand: Stand) -> None:
    browser = stand.browser()
    stand.come_back(browser)
    root = stand.browser()
    root.post("/api/v1/session", json={"name": "root", "password": PASSWORD})
    account = "/api/v1/accounts/li.wei@city"
    assert root.patch(account, json={"role": "administrator"}).status_code == 409
    assert root.patch(account, json={"password": PASSWORD}).status_code == 409
    assert root.patch(account, json={"disabled": True}).status_code == 200
    assert browser.get("/api/v1/session").status_code == 401
    refused = stand.come_back(stand.browser())
    assert (refused.status_code, "Your account here is closed." in refused.text) == (403, True)
    assert browser.put("/api/v1/session/password", json={"present": "x", "password": PASSWORD}).status_code == 401


def test_a_name_is_nobody_elses(stand: Stand) -> None:
    """Who somebody is depends on the subject; two of one name are two accounts, and neither is a local one."""
    stand.come_back(stand.browser())
    stand.provider.person = {**PERSON, "sub": "8"}
    stand.come_back(stand.browser())
    stand.provider.person = {**PERSON, "sub": "9", "preferred_username": "ann"}
    stand.come_back(stand.browser())
    stand.provider.person = {**PERSON, "sub": "10", "preferred_username": "王伟"}
    stand.come_back(stand.browser())
    names = [each.name for each in stand.service.accounts.all() if not each.local]
    assert (len(names), names[0]) == (4, "ann@city")
    assert sum(name.startswith("li.wei-") for name in names) == 1
    assert sum(name.startswith("user-") for name in names) == 1
    assert stand.service.accounts.find("ann").local  # type: ignore[union-attr]


CHEATS: dict[str, dict[str, Any]] = {
    "another nonce": {"cheat": {"nonce": "n" * 43}},
    "no nonce": {"cheat": {"nonce": None}},
    "another audience": {"cheat": {"aud": "another-application"}},
    "several audiences, not for us": {"cheat": {"aud": [CLIENT, "other"], "azp": "other"}},
    "several audiences, for nobody": {"cheat": {"aud": [CLIENT, "other"]}},
    "another issuer": {"cheat": {"iss": "https://elsewhere.example"}},
    "expired": {"cheat": {"exp": 1_700_000_000}},
    "never expires": {"cheat": {"exp": None}},
    "not yet good": {"cheat": {"nbf": 4_000_000_000}},
    "an old one": {"cheat": {"iat": 1_700_000_000}},
    "nobody": {"cheat": {"sub": ""}},
    "no subject": {"cheat": {"sub": None}},
    "a number for a subject": {"cheat": {"sub": 7}},
    "another key": {"sign_with": new_key("first")},
    "no signature": {"algorithm": "none"},
    "the public key as a secret": {"algorithm": "HS256"},
}


@pytest.mark.parametrize("name", CHEATS)
def test_a_token_that_is_not_right_is_refused(stand: Stand, name: str) -> None:
    for field, value in CHEATS[name].items():
        setattr(stand.provider, field, value)
    browser = stand.browser()
    with capture_logs() as logs:
        refused = stand.come_back(browser)
    assert refused.status_code == 401
    assert "Signing in with your organisation did not work." in refused.text
    assert not any(each.startswith(COOKIE) for each in refused.headers.get_list("set-cookie"))
    assert browser.get("/api/v1/session").status_code == 401
    assert stand.trail() == []
    assert "provider_sign_in_refused" in [line["event"] for line in logs]
    assert "Wei" not in str(logs)


def test_an_answer_to_another_browser_or_another_sign_in_is_refused(stand: Stand) -> None:
    begun = stand.browser().get("/console-sign-in/provider")
    back = httpx.get(begun.headers["location"]).headers["location"]
    stranger = stand.browser()
    assert stranger.get(back).status_code == 401  # somebody else's link
    stranger.get("/console-sign-in/provider")
    assert stranger.get(back).status_code == 401  # with a sign-in of one's own on its way
    browser = stand.browser()
    begun = browser.get("/console-sign-in/provider")
    back = httpx.get(begun.headers["location"]).headers["location"]
    state = parse_qs(urlsplit(back).query)["state"][0]
    assert browser.get(back.replace(state, state[::-1])).status_code == 401
    assert browser.get(back).status_code == 401  # that sign-in is over
    assert stand.come_back(browser).status_code == 303
    assert browser.get(back).status_code == 401


def test_a_sign_in_does_not_wait_for_ever_and_may_be_given_up(stand: Stand) -> None:
    browser = stand.browser()
    begun = browser.get("/console-sign-in/provider")
    back = httpx.get(begun.headers["location"]).headers["location"]
    stand.clock.advance(sign_in.GOOD_FOR)
    assert browser.get(back).status_code == 401
    begun = browser.get("/console-sign-in/provider")
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    given_up = browser.get(f"/console-sign-in/provider/answer?error=access_denied&state={state}")
    assert given_up.status_code == 401


def test_what_is_sent_is_bound_to_the_browser_that_began(stand: Stand) -> None:
    """A code that was stolen on its way is worth nothing without the verifier."""
    victim = stand.browser().get("/console-sign-in/provider")
    stolen = parse_qs(urlsplit(httpx.get(victim.headers["location"]).headers["location"]).query)["code"][0]
    thief = stand.browser()
    begun = thief.get("/console-sign-in/provider")
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    assert thief.get(f"/console-sign-in/provider/answer?code={stolen}&state={state}").status_code == 401


def test_a_link_leads_nowhere_else_after_signing_in(stand: Stand) -> None:
    for where in ("https://evil.example/console/", "//evil.example/console/", "/console-x"):
        back = stand.come_back(stand.browser(), query=f"&go_to={where}")
        assert back.headers["location"] == "/console/?lang=en"


def test_new_keys_of_the_provider_are_fetched(stand: Stand) -> None:
    assert stand.come_back(stand.browser()).status_code == 303
    stand.provider.key = new_key("second")
    assert stand.come_back(stand.browser()).status_code == 401  # asked for again half a minute later at the earliest
    stand.clock.advance(31)
    assert stand.come_back(stand.browser()).status_code == 303


def test_while_the_provider_is_away_local_accounts_sign_in(stand: Stand, tmp_path: Path) -> None:
    away = ProviderSettings.model_validate(
        {"issuer": "http://127.0.0.1:9", "name": "city", "client_id": CLIENT, "address": HERE, "roles": ROLES}
    )
    api = application(stand.service)
    sign_in.add(api, stand.service, IdentityProvider(away, stand.clock))
    browser = TestClient(api, base_url=HERE, follow_redirects=False)
    told = browser.get("/console-sign-in/provider?lang=en")
    assert told.status_code == 503
    assert "With a local account you can sign in here." in told.text
    words = {"name": "ann", "password": PASSWORD}
    assert browser.post("/console-sign-in", data=words).status_code == 303
    assert browser.get("/api/v1/session").json()["local"]
    out = browser.post("/console-sign-out?lang=en")
    assert "out-there" not in browser.get(out.headers["location"]).text


def test_a_provider_that_calls_itself_otherwise_is_not_believed(stand: Stand) -> None:
    stand.provider.claimed_issuer = "https://elsewhere.example"
    assert stand.browser().get("/console-sign-in/provider").status_code == 503


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_comes_back_is_believed_or_refused(stand: Stand, data: st.DataObject) -> None:
    """Any text for a token, and real ones with a piece of them changed."""
    token = stand.provider.token("n")
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(token) - 1))
        changed = token[:place] + data.draw(TEXT) + token[place + 1 :]
        token = changed if changed != token else ""
    else:
        token = data.draw(TEXT) + "." * data.draw(st.integers(0, 4)) + data.draw(TEXT)
    with pytest.raises(ProviderRefused):
        stand.identity._claims(token, "n")


@pytest.mark.parametrize("answer", [None, 7, ["x"], "", "\x00", "…"])
def test_what_is_no_token_is_refused(stand: Stand, answer: object) -> None:
    stand.provider.answer = answer
    assert stand.come_back(stand.browser()).status_code == 401
    browser = stand.browser()
    browser.get("/console-sign-in/provider")
    query = dict.fromkeys(("code", "state", "error"), "\x00…")
    assert browser.get("/console-sign-in/provider/answer", params=query).status_code == 401


def test_a_secret_that_cannot_be_read_is_the_fleets_own_trouble(stand: Stand, tmp_path: Path) -> None:
    (tmp_path / "secret").unlink()
    assert stand.come_back(stand.browser()).status_code == 503


def test_settings_name_the_mistake_and_its_place(tmp_path: Path) -> None:
    file = tmp_path / "fleet.toml"
    file.write_text(
        'directory = "x"\nconsole_certificate = "x.pem"\n[provider]\nissuer = "http://id.example"\nname = "City"\n'
        'client_id = "x"\naddress = "https://fleet.example/console"\n[provider.roles]\noperater = ["a"]\n'
    )
    with pytest.raises(MistakesError) as wrong:
        load(file, tmp_path)
    lines = str(wrong.value).splitlines()
    for place, words in (
        ("console_key", "together, or neither"),
        (":4:10: provider.issuer", "begins with https://"),
        (":5:8: provider.name", "small letters"),
        (":7:11: provider.address", "without a path"),
        (":9:12: provider.roles.operater", 'did you mean "operator"?'),
    ):
        assert any(place in line and words in line for line in lines), (place, lines)
