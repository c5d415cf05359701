"""Counting factors, and an attendant at the pad who vouches (F11, F111)."""

from __future__ import annotations

import logging
import traceback
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from staff_rig import CODES, OWN_NUMBER, Desk

from devices.contract import DeviceError
from kiosk.activities.vouching import enter_staff_code, factors, prove
from kiosk.host.port import IdCardProof, Person
from kiosk.issue import Issue
from kiosk.session import Session
from kiosk.staff import CODE_LENGTH, NUMBER_LENGTH, Staff
from statemachines.views import Say

NUMBER = "990101200001010015"
CHILD = "990101201901010018"
PERSON = Person(token="t", name="测试", number=NUMBER, birth_date=date(2000, 1, 1), insured_here=True)
PROOF = IdCardProof(kind="citizen", number=NUMBER, name="测试", birth_date=date(2000, 1, 1), valid_until=None)
CARD: Any = SimpleNamespace(social_security_number=NUMBER)
ID_CARD: Any = SimpleNamespace(number=NUMBER)


def by_card(*, pin: bool) -> Session:
    return Session(means="card", card=CARD, pin_verified=pin, person=PERSON, issue=Issue())


def by_id_card() -> Session:
    return Session(means="id_card", id_card=ID_CARD, person=PERSON, issue=Issue(applicant=PROOF))


def with_applicant(session: Session, proof: IdCardProof) -> Session:
    session.issue = Issue(applicant=proof)
    return session


def with_id_card(session: Session, number: str) -> Session:
    session.id_card = SimpleNamespace(number=number)  # type: ignore[assignment]
    return session


CHILD_PROOF = IdCardProof(kind="citizen", number=CHILD, name="测试", birth_date=date(2019, 1, 1), valid_until=None)
LOWER = IdCardProof(kind="citizen", number=NUMBER.lower(), name="测试", birth_date=date(2000, 1, 1), valid_until=None)


@pytest.mark.parametrize(
    ("session", "found"),
    [
        (Session(), 0),
        (by_card(pin=False), 1),
        (by_card(pin=True), 2),
        (by_id_card(), 1),
        (with_applicant(by_card(pin=True), PROOF), 3),
        (with_applicant(by_card(pin=True), LOWER), 3),
        (with_id_card(by_card(pin=True), NUMBER), 3),
        (with_applicant(by_card(pin=False), PROOF), 2),
        (with_applicant(by_card(pin=True), CHILD_PROOF), 2),  # a child's ID card says nothing of the parent
        (with_id_card(by_card(pin=True), CHILD), 2),
        (with_applicant(by_id_card(), CHILD_PROOF), 1),
    ],
)
def test_factors(session: Session, found: int) -> None:
    assert factors(session) == found


@pytest.mark.parametrize(("wanted", "outcome"), [(1, "proved"), (2, "attendant_needed"), (3, "attendant_needed")])
async def test_the_region_says_how_many_are_enough(desk: Desk, wanted: int, outcome: str) -> None:
    desk.session = by_id_card()
    desk.rules.change_factors = wanted
    assert await prove(desk) == outcome


async def test_who_was_vouched_for_is_proved(desk: Desk) -> None:
    desk.session = by_id_card()
    desk.types("0042", CODES["attendant"])
    assert await prove(desk) == "attendant_needed"
    assert await enter_staff_code(desk) == "proved"
    assert await prove(desk) == "proved"
    desk.session.issue = Issue(applicant=PROOF)  # for another card they come again
    assert await prove(desk) == "attendant_needed"


# -- at the pad --------------------------------------------------------------------------------------------------------


async def test_number_and_code_are_typed_one_after_the_other(desk: Desk) -> None:
    desk.types("0042", CODES["attendant"])
    assert await enter_staff_code(desk) == "proved"
    assert desk.issue.vouched_by == "0042"
    assert desk.pad.lengths == [NUMBER_LENGTH, CODE_LENGTH]
    assert desk.pages[0] == (NUMBER_LENGTH, 0)
    assert (NUMBER_LENGTH, NUMBER_LENGTH) in desk.pages
    assert desk.pages[desk.pages.index((CODE_LENGTH, 0)) :][0] == (CODE_LENGTH, 0)
    assert (desk.session.pin.typed, desk.session.pin.length, desk.session.pin.problem) == (0, CODE_LENGTH, None)


async def test_the_digits_are_zeroed_afterwards(desk: Desk) -> None:
    desk.types("0042", CODES["other"])
    await enter_staff_code(desk)
    assert [bytes(each._digits) for each in desk.pad.given] == [b"\0" * NUMBER_LENGTH, b"\0" * CODE_LENGTH]


async def test_the_journal_says_who_vouched(desk: Desk) -> None:
    business = await desk.record.business(desk.session)
    desk.issue.record = await desk.record.issuing.begin(business, NUMBER)
    desk.types("0042", CODES["attendant"])
    assert await enter_staff_code(desk) == "proved"
    entry = list(desk.record._journal.entries())[-1]
    assert (entry.business, entry.step, entry.told) == (business, "issue.vouched", {"staff": "0042"})


async def test_after_three_wrong_codes_the_citizen_is_sent_to_the_counter(desk: Desk) -> None:
    for who in ("0042", "0043"):
        desk.types(who, "111222")
        assert await enter_staff_code(desk) == "wrong"
        assert desk.session.pin.problem == Say("staff.wrong")
    desk.types("0051", CODES["keeper"])
    assert await enter_staff_code(desk) == "refused"
    assert desk.session.trouble is not None
    assert desk.session.trouble.what == Say("refusal.not_vouched")
    desk.session.issue = Issue()  # the application begun anew is the same session
    desk.pad.lengths.clear()
    assert await enter_staff_code(desk) == "refused"
    assert desk.pad.lengths == []
    desk.session.wipe("zh")
    assert desk.session.vouch_failures == 0


@pytest.mark.parametrize(
    ("number", "code", "problem"),
    [
        ("0090", CODES["engineer"], "staff.not_your_role"),
        ("0051", CODES["keeper"], "staff.not_your_role"),
        ("0042", CODES["attendant"], "staff.own_matter"),
        ("9999", CODES["attendant"], "staff.wrong"),
    ],
)
async def test_who_may_not_vouch_is_told_why(desk: Desk, number: str, code: str, problem: str) -> None:
    desk.session.person = PERSON
    desk.issue.applicant = replace_number(PROOF, OWN_NUMBER)
    desk.types(number, code)
    assert await enter_staff_code(desk) == "wrong"
    assert desk.session.pin.problem == Say(problem)
    assert desk.issue.vouched_by == ""


def replace_number(proof: IdCardProof, number: str) -> IdCardProof:
    return IdCardProof(
        kind=proof.kind, number=number, name=proof.name, birth_date=proof.birth_date, valid_until=proof.valid_until
    )


@pytest.mark.parametrize("entries", [[None], ["0042", None]])
async def test_the_cancel_key_ends_it_without_a_failure(desk: Desk, entries: list[Any]) -> None:
    desk.types(*entries)
    assert await enter_staff_code(desk) == "cancelled"
    assert desk.session.vouch_failures == 0
    assert [bytes(each._digits) for each in desk.pad.given] == [b"\0" * NUMBER_LENGTH] * (len(entries) - 1)


async def test_an_entry_that_the_pad_lost_is_typed_again(desk: Desk) -> None:
    desk.types(DeviceError("pin_pad.interrupted"), "0042", DeviceError("pin_pad.no_pin"), CODES["attendant"])
    assert await enter_staff_code(desk) == "proved"


async def test_a_pad_that_fails_is_told(desk: Desk) -> None:
    desk.types("0042", DeviceError("pin_pad.not_connected"))
    with pytest.raises(DeviceError):
        await enter_staff_code(desk)
    assert desk.session.pin.length == CODE_LENGTH


@pytest.mark.parametrize("lacks", ["pad", "staff", "roll", "attendants"])
async def test_where_nobody_can_vouch_nobody_is_asked_to(desk: Desk, lacks: str, tmp_path: Path) -> None:
    match lacks:
        case "pad":
            desk.tools.pin_pad = None
        case "staff":
            desk.tools.staff = None
        case "roll":
            desk.tools.staff = Staff(tmp_path / "none.toml", desk.record.counters, desk.clock)
        case "attendants":
            desk.file.write_text(desk.file.read_text().replace('"attendant"', '"engineer"'))
    assert await enter_staff_code(desk) == "refused"
    assert desk.session.trouble is not None
    assert desk.pad.lengths == []


def on_disk(folder: Path) -> bytes:
    files = [path for path in folder.iterdir() if path.is_file()]
    assert {path.name for path in files} >= {"journal.db", "journal.db-wal", "staff.toml"}
    return b"\n".join(path.read_bytes() for path in files)


# -- no clear code anywhere --------------------------------------------------------------------------------------------


async def test_a_code_is_in_no_log_no_journal_and_no_exception(desk: Desk, tmp_path: Path) -> None:
    lines: list[str] = []

    def keep(_: Any, __: str, event: dict[str, Any]) -> str:
        lines.append(repr(event))
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(
        processors=[keep],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        cache_logger_on_first_use=False,
    )
    told: list[str] = []
    try:
        desk.types("0042", "111222", "0042", CODES["attendant"], "7777", CODES["other"])
        for _ in range(3):
            await enter_staff_code(desk)
        desk.session.vouch_failures = 0
        desk.types("0042", DeviceError("pin_pad.not_connected"))
        try:
            await enter_staff_code(desk)
        except DeviceError as error:
            told += traceback.TracebackException.from_exception(error, capture_locals=True).format()
        with_record = desk.issue.record = await desk.record.issuing.begin(
            await desk.record.business(desk.session), NUMBER
        )
        desk.types("0042", CODES["attendant"])
        assert await enter_staff_code(desk) == "proved"
    finally:
        structlog.configure(**before)
    assert any("0042" in line for line in lines)  # what must not leak could have leaked
    assert with_record is not None
    everything = on_disk(tmp_path) + "\n".join([*lines, *told]).encode()
    for code in ("111222", *CODES.values()):
        assert code.encode() not in everything
    assert b"7777" not in everything  # a number that is nobody's may be the beginning of somebody's PIN
    assert b"0042" in everything
