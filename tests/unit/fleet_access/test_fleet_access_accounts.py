"""Accounts, the limit of sign-ins, sessions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, create_engine, text

from kiosk.clock import ManualClock
from kiosk.fleet.access.accounts import (
    MOST_HERE,
    MOST_OF_ADDRESS,
    WITHIN,
    AccountError,
    Accounts,
    SignInRefused,
    TooManyTries,
)
from kiosk.fleet.access.roles import LEAST, LEAST_FOR_VERB, Act, Role
from kiosk.fleet.access.sessions import GOOD_FOR, Sessions
from kiosk.fleet.verbs import VERBS

PASSWORD = "synthetic words 17"
HERE = "192.0.2.1"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 22, 1, 0, tzinfo=UTC))


@pytest.fixture
def engine() -> Engine:
    return create_engine("sqlite://")


@pytest.fixture
def accounts(engine: Engine, clock: ManualClock) -> Accounts:
    accounts = Accounts(engine, clock)
    accounts.create_tables()
    accounts.add("li.operator", Role.OPERATOR, PASSWORD)
    return accounts


def fail(accounts: Accounts, name: str = "li.operator", address: str = HERE) -> None:
    with pytest.raises(SignInRefused) as refused:
        accounts.sign_in(name, "not the words", address)
    assert not isinstance(refused.value, TooManyTries)


def test_the_right_password_opens_and_is_nowhere_in_the_store(accounts: Accounts, engine: Engine) -> None:
    account = accounts.sign_in(" Li.Operator ", PASSWORD, HERE)
    assert (account.name, account.role) == ("li.operator", Role.OPERATOR)
    with engine.connect() as connection:
        kept = repr(connection.execute(text("select * from account")).all())
    assert PASSWORD not in kept
    assert "$argon2id$" in kept


def test_after_five_failures_the_right_password_is_not_looked_at_until_time_has_passed(
    accounts: Accounts, clock: ManualClock
) -> None:
    for _ in range(MOST_HERE):
        fail(accounts)
    with pytest.raises(TooManyTries) as refused:
        accounts.sign_in("li.operator", PASSWORD, HERE)
    assert refused.value.seconds == WITHIN
    assert accounts.sign_in("li.operator", PASSWORD, "192.0.2.77").name == "li.operator"  # the owner, elsewhere
    clock.advance(WITHIN)
    assert accounts.sign_in("li.operator", PASSWORD, HERE).name == "li.operator"


def test_an_address_that_tries_many_names_is_refused(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.staff.hashing.matches_bytes", lambda content, phc: False)
    for number in range(MOST_OF_ADDRESS):
        fail(accounts, f"somebody{number}")
    with pytest.raises(TooManyTries):
        accounts.sign_in("another", PASSWORD, HERE)


def test_success_forgets_the_failures_before_it(accounts: Accounts) -> None:
    for _ in range(3):
        for _ in range(MOST_HERE - 1):
            fail(accounts)
        accounts.sign_in("li.operator", PASSWORD, HERE)


def test_unknown_names_and_closed_accounts_are_refused_alike(accounts: Accounts) -> None:
    fail(accounts, "nobody")
    accounts.set_disabled("li.operator", True)
    with pytest.raises(SignInRefused, match="wrong name or password"):
        accounts.sign_in("li.operator", PASSWORD, HERE)


@pytest.mark.parametrize(
    ("name", "password"),
    [("x", PASSWORD), ("Li", PASSWORD), ("wang", "short"), ("wang", "wang1234567890"), ("wang", "aaaaaaaaaaaab")],
)
def test_what_is_no_name_or_too_easily_guessed_is_refused(accounts: Accounts, name: str, password: str) -> None:
    with pytest.raises(AccountError):
        accounts.add(name, Role.VIEWER, password)


def test_a_name_is_given_once(accounts: Accounts) -> None:
    with pytest.raises(AccountError, match="already"):
        accounts.add("li.operator", Role.VIEWER, PASSWORD)


@pytest.mark.parametrize(
    "change",
    [
        lambda accounts: accounts.set_password("li.operator", "other synthetic words"),
        lambda accounts: accounts.set_role("li.operator", Role.VIEWER),
        lambda accounts: accounts.set_disabled("li.operator", True),
    ],
)
def test_a_change_of_the_account_ends_its_sessions(accounts: Accounts, clock: ManualClock, change: object) -> None:
    sessions = Sessions("key", accounts, clock)
    token = sessions.begin(accounts.sign_in("li.operator", PASSWORD, HERE))
    assert sessions.account(token) == accounts.find("li.operator")
    change(accounts)  # type: ignore[operator]
    assert sessions.account(token) is None


def test_a_session_ends_by_itself_and_a_token_is_its_makers_own(accounts: Accounts, clock: ManualClock) -> None:
    sessions = Sessions("key", accounts, clock)
    token = sessions.begin(accounts.sign_in("li.operator", PASSWORD, HERE))
    assert Sessions("another key", accounts, clock).account(token) is None
    for wrong in (None, "", "x", token[:-1] + ("A" if token[-1] != "A" else "B"), token.replace("l", "k", 1)):
        assert sessions.account(wrong) is None
    clock.advance(GOOD_FOR - 1)
    assert sessions.account(token) is not None
    clock.advance(1)
    assert sessions.account(token) is None


def test_whoever_signs_out_of_one_session_is_still_in_the_other(accounts: Accounts, clock: ManualClock) -> None:
    sessions = Sessions("key", accounts, clock)
    desk, phone = (sessions.begin(accounts.sign_in("li.operator", PASSWORD, HERE)) for _ in range(2))
    assert desk != phone  # though they began in the same second
    for _ in range(2):
        sessions.end(desk)
        assert sessions.account(desk) is None
    for nothing in (None, "", "x"):
        sessions.end(nothing)
    assert sessions.account(phone) == accounts.find("li.operator")


def test_what_is_kept_of_ended_sessions_goes_when_they_would_be_over(
    accounts: Accounts, clock: ManualClock, engine: Engine
) -> None:
    sessions = Sessions("key", accounts, clock)
    for _ in range(3):
        sessions.end(sessions.begin(accounts.sign_in("li.operator", PASSWORD, HERE)))
        clock.advance(GOOD_FOR // 2 + 1)
    with engine.connect() as connection:
        assert len(connection.execute(text("select id from session_ended")).all()) == 2


def test_every_act_and_every_verb_has_its_least_role() -> None:
    assert set(LEAST) == set(Act)
    assert set(LEAST_FOR_VERB) == set(VERBS)
    assert all(LEAST_FOR_VERB[name].covers(Role.ENGINEER) for name, verb in VERBS.items() if verb.second_person)
