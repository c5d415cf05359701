"""Idempotency keys, documents and sessions of the sandbox, without a network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine

from kiosk.host.port import RefusalCode
from kiosk.host.sandbox import writes
from kiosk.host.sandbox.identify import names_agree
from kiosk.host.sandbox.refusals import Refused
from kiosk.host.sandbox.sessions import RateLimit, Sessions
from kiosk.host.sandbox.store import metadata

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{tmp_path / 'writes.sqlite'}")
    metadata.create_all(engine)
    with engine.begin() as opened:
        yield opened
    engine.dispose()


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["x", "y"])), max_size=12))
def test_each_key_acts_once_and_answers_alike_for_ever(calls: list[tuple[str, str]]) -> None:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    first_request: dict[str, str] = {}
    first_answer: dict[str, bytes] = {}
    done: list[str] = []
    with engine.begin() as opened:
        for key, request in calls:

            def act(key: str = key) -> bytes:
                done.append(key)
                return f"answer {len(done)}".encode()

            if first_request.setdefault(key, request) == request:
                answer = writes.once(opened, key, request, act)
                assert first_answer.setdefault(key, answer) == answer
            else:
                with pytest.raises(Refused) as refused:
                    writes.once(opened, key, request, act)
                assert refused.value.status == 409
    assert sorted(done) == sorted(first_request)
    engine.dispose()


def test_what_was_refused_is_not_stored(connection: Connection) -> None:
    def refuse() -> bytes:
        raise Refused(RefusalCode.CARD_UNKNOWN)

    with pytest.raises(Refused):
        writes.once(connection, "key-00001", "r", refuse)
    assert writes.once(connection, "key-00001", "r", lambda: b"now it works") == b"now it works"


def test_a_code_verifies_only_while_its_document_is_activated(connection: Connection) -> None:
    made = [writes.register_document(connection, 1, "contributions", "K1", NOW, "http://check") for _ in range(3)]
    reserved, activated, void = made
    assert [document.number for document in made] == ["D20261122000001", "D20261122000002", "D20261122000003"]
    assert len({document.verification_code for document in made}) == 3
    writes.settle_document(connection, activated.number, "K1", activated=True)
    writes.settle_document(connection, void.number, "K1", activated=False)
    assert writes.activated_document(connection, reserved.verification_code) is None
    assert writes.activated_document(connection, void.verification_code) is None
    told = (activated.number, "contributions", "2026-11-22")
    assert writes.activated_document(connection, activated.verification_code.lower()) == told
    assert activated.check_url == f"http://check/check/{activated.verification_code}"


def test_what_is_settled_stays_and_only_its_own_kiosk_settles_it(connection: Connection) -> None:
    number = writes.register_document(connection, 1, "contributions", "K1", NOW, "").number
    with pytest.raises(Refused):
        writes.settle_document(connection, number, "K2", activated=True)
    writes.settle_document(connection, number, "K1", activated=False)
    writes.settle_document(connection, number, "K1", activated=False)
    with pytest.raises(Refused):
        writes.settle_document(connection, number, "K1", activated=True)


def test_a_token_lives_while_it_is_used_and_ends_for_good() -> None:
    clock = Clock()
    sessions = Sessions(clock, timedelta(minutes=15))
    session = sessions.open(7, proven=True, key="K1 k1")
    for _ in range(3):
        clock.now += timedelta(minutes=14)
        assert sessions.use(session.token).person_id == 7
    clock.now += timedelta(minutes=15)
    with pytest.raises(Refused) as refused:
        sessions.use(session.token)
    assert refused.value.body.code == "session_over"
    again = sessions.open(7, proven=True, key="K1 k1")
    assert again.token != session.token
    sessions.end(again.token)
    sessions.end(again.token)
    with pytest.raises(Refused):
        sessions.use(again.token)


def test_the_same_key_opens_the_same_session() -> None:
    sessions = Sessions(Clock())
    one = sessions.open(7, proven=True, key="K1 k1")
    assert sessions.open(7, proven=True, key="K1 k1") is one
    assert sessions.open(7, proven=True, key="K1 k2") is not one
    assert sessions.open(8, proven=True, key="K1 k1").person_id == 8
    assert one.token not in repr(one)


def test_a_rate_limit_slides() -> None:
    clock = Clock()
    limit = RateLimit(clock, most=2, window=timedelta(minutes=10))
    limit.count("a")
    clock.now += timedelta(minutes=6)
    limit.count("a")
    limit.count("b")
    with pytest.raises(Refused) as refused:
        limit.count("a")
    assert refused.value.status == 429
    clock.now += timedelta(minutes=4)
    limit.count("a")
    with pytest.raises(Refused):
        limit.count("a")


@pytest.mark.parametrize(
    ("held", "told", "same"),
    [
        ("王秀兰", "王秀兰", True),
        ("汪秀兰", "王秀兰", False),
        ("王秀兰", "王秀", False),
        ("王秀", "王秀兰", False),
        ("郑𠮷", "郑𠮷", True),
        ("郑𠮷", "郑?", True),  # what a chip's GBK made of it
        ("郑𠮷", "郑??", True),
        ("郑𠮷", "郑", False),
        ("郑𠮷", "赵?", False),
        ("郑吉", "郑?", False),  # within GBK there is no excuse
        ("", "", True),
    ],
)
def test_names_agree_but_for_what_a_chip_cannot_hold(held: str, told: str, same: bool) -> None:
    assert names_agree(held, told) is same
