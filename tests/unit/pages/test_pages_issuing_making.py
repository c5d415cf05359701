"""The pages of the photo, of the making and the handing over, and where cards are offered."""

from __future__ import annotations

from typing import Any

import pages_samples as known
import pytest
from pages_issuing_rig import why_not
from PIL import Image

from devices.card_printer.contract import CardPosition
from devices.contract import DeviceState, Status
from devices.fault_catalogue import Capability
from kiosk.activities.refusals import refusal
from kiosk.issue import PHOTO_TRIES, Issue
from kiosk.journal.issues import IssueEnd, IssueStep
from kiosk.pages import handover, making, photographing
from kiosk.pages.build import build
from kiosk.photo.report import Box, Fault, Measured, PhotoFault, PhotoReport
from kiosk.photo.taken import Taken
from kiosk.session import Session
from statemachines.views import (
    Attract,
    Done,
    MakingCard,
    Menu,
    Photo,
    Say,
)

# -- the photo ---------------------------------------------------------------------------------------------------------


def test_without_a_camera_a_photo_can_still_be_named() -> None:
    assert why_not(photographing.means(known.session(), known.tools())) == {"camera": None, "receipt": None}
    gone = known.tools(camera=Status(DeviceState.OFFLINE))
    not_fitted = known.tools()
    not_fitted.camera = None
    for tools in (gone, not_fitted):
        page = photographing.means(known.session(), tools)
        assert why_not(page) == {"camera": Say("why_not.no_camera"), "receipt": None}


def test_a_bad_photo_names_its_faults() -> None:
    marked = PhotoFault(Fault.EYES_LOW, (Box(100, 100, 200, 200),))
    report = PhotoReport((marked, PhotoFault(Fault.FILE_SMALL)), Measured(width=358, height=441, faces=1))
    taken = Taken(Image.new("RGB", (358, 441), "white"), None, report)
    session = known.session(photo=taken, photo_shown=b"drawn", photo_tries=1)
    faults = (Say("photo.fault.eyes_low"), Say("photo.fault.file_small"))
    assert photographing.bad(session, known.tools()) == Photo("bad", b"drawn", faults, PHOTO_TRIES - 1)
    assert photographing.good(session, known.tools()) == Photo("good", b"drawn", (), PHOTO_TRIES - 1)


def test_after_the_last_try_none_is_left() -> None:
    assert photographing.bad(known.session(photo_tries=9), known.tools()) == Photo("bad", tries_left=0)


# -- the making and the handing over -----------------------------------------------------------------------------------


def test_the_steps_of_the_making_follow_the_rules() -> None:
    order = (
        "preparing",
        "feeding",
        "reading",
        "reserving",
        "writing",
        "printing",
        "inspecting",
        "comparing",
        "committing",
    )
    at = [getattr(making, name)(known.session(), known.tools()).at for name in order]
    assert at == [1, 1, 1, 1, 2, 3, 4, 4, 5]
    second = known.session(note=Say("issue.note.second_card"))
    assert making.printing(second, known.tools()).note == Say("issue.note.second_card")
    assert handover.presenting(second, known.tools()).at == 6
    assert handover.presenting(second, known.tools()).note == Say("handover.coming_out")


def test_a_pin_of_ones_own_is_offered_and_not_forced() -> None:
    page = handover.offering_pin(known.session(), known.tools())
    assert page.greeting == Say("handover.pin.why")
    assert why_not(page) == {"set_pin": None, "later": None}


def test_the_new_card_is_called_for_with_the_seconds_left() -> None:
    page = handover.take_new_card_urgent(known.session(), known.tools())
    assert (page.urgent, page.seconds) == (True, 30)


@pytest.mark.parametrize(("own", "told"), [(True, "own_pin"), (False, "first_pin")])
def test_the_end_says_what_the_card_can_do_and_which_pin_it_has(own: bool, told: str) -> None:
    page = handover.issued(known.session(own_pin=own), known.tools())
    assert page == Done(
        Say("handover.issued"),
        (
            Say("handover.issued.social"),
            Say(f"handover.issued.{told}"),
            Say("handover.issued.bank"),
            Say("handover.issued.receipt"),
        ),
    )


@pytest.mark.parametrize(
    ("record", "what", "advice"),
    [
        (None, "card_not_made", ["not_made"]),
        (known.record(IssueStep.SPOILED, IssueEnd.WITHDRAWN), "card_not_made", ["not_made"]),
        (known.record(IssueStep.SPOILED, IssueEnd.WITHDRAWN, fen=2000), "card_not_made", ["not_made", "fee_back"]),
        (known.record(IssueStep.COMMITTING, fen=2000), "issue_unconfirmed", ["unconfirmed"]),
        (known.record(IssueStep.PRESENTING, fen=2000), "issue_not_held", ["attendant"]),
        (known.record(IssueStep.SPOILING), "host_unknown", ["unknown"]),
    ],
)
def test_an_issue_without_a_card_says_what_became_of_card_and_fee(record: Any, what: str, advice: list[str]) -> None:
    page = handover.issue_ended(known.session(record=record), known.tools())
    assert page.what == Say(f"refusal.{what}")
    assert page.advice[: len(advice)] == tuple(Say(f"issue.ended.{each}") for each in advice)
    assert page.again is False


def test_what_went_wrong_stands_above_what_became_of_it() -> None:
    session = known.session(record=known.record(IssueStep.SPOILED, IssueEnd.WITHDRAWN))
    session.trouble = refusal("print_not_good")
    page = handover.issue_ended(session, known.tools())
    assert (page.what, page.advice[0]) == (Say("refusal.print_not_good"), Say("issue.ended.not_made"))


def test_after_a_cut_whoever_comes_by_is_told_why_the_machine_is_busy() -> None:
    page, frame = build("recovering.writing", Session(issue=Issue(note=Say("issue.note.held"))), known.tools())
    assert isinstance(page, MakingCard)
    assert (page.at, page.note) == (2, Say("recovery.note"))
    assert frame.step is None


# -- the menu and the start page ---------------------------------------------------------------------------------------


def offered(tools: Any) -> dict[str, Say | None]:
    page, _ = build("in_service.session.menu", known.session(), tools)
    assert isinstance(page, Menu)
    return {each: reason for each, reason in why_not(page).items() if each in ("issue_card", "collect_card")}


def test_cards_are_offered_where_they_are_made() -> None:
    empty = known.printer()
    assert offered(known.tools(card_printer=empty)) == {"issue_card": None}
    assert offered(known.tools(fitted=False)) == {}
    lost = frozenset({Capability.ISSUE})
    assert offered(known.tools(card_printer=empty, without=lost)) == {"issue_card": Say("why_not.no_issue")}
    out = known.tools(card_printer=empty, without=lost, why_no_issue="no_stock")
    assert offered(out) == {"issue_card": Say("why_not.no_cards")}
    spent = known.tools(card_printer=empty, without=lost, why_no_issue="no_stock", used_up=True)
    assert offered(spent) == {"issue_card": None}, "it can be applied for, and is made elsewhere"
    page, _ = build("in_service.session.menu", known.session(), spent)
    assert isinstance(page, Menu)
    assert [each.note for each in page.choices if each.id == "issue_card"] == [Say("why_not.no_cards")]


@pytest.mark.parametrize(
    ("status", "may"),
    [
        (known.printer(), False),
        (known.printer(held=1), True),
        (known.printer(position=CardPosition.IN_PATH), True),
        (known.printer(position=CardPosition.UNKNOWN), True),
        (None, True),
    ],
)
def test_a_card_can_be_fetched_while_one_may_wait(status: Any, may: bool) -> None:
    assert ("collect_card" in offered(known.tools(card_printer=status))) is may


def test_the_start_page_says_whether_cards_are_made_today() -> None:
    def says(tools: Any) -> tuple[bool, bool]:
        page, _ = build("in_service.attract", Session(), tools)
        assert isinstance(page, Attract)
        return Say("works.issue") in page.works, Say("works.issue") in page.out

    lost = frozenset({Capability.ISSUE})
    assert says(known.tools()) == (True, False)
    assert says(known.tools(without=lost)) == (False, True)
    assert says(known.tools(without=lost, fitted=False)) == (False, False)
