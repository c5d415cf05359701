"""Who may apply: the four causes, a card already held, an application open here or elsewhere."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from applying_desk import Desk

from kiosk.activities import applicant, printing
from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_values import PhotoNeed
from kiosk.host.port import CardSide
from kiosk.journal.issues import IssueStep
from statemachines.views import Verbatim


async def test_someone_without_a_card_may_apply_for_the_first(desk: Desk) -> None:
    desk.serve(desk.someone())
    assert await applicant.check_eligibility(desk.stage) == "may_apply"
    assert desk.issue.eligibility is not None
    assert desk.issue.eligibility.reasons == (Reason.FIRST,)
    assert await desk.record.issuing.open() == ()


@pytest.mark.parametrize(
    ("side", "outcome"),
    [
        (CardSide.NORMAL, "has_card"),
        (CardSide.LOCKED, "has_card"),
        (CardSide.LOST, "may_apply"),
        (CardSide.TEMPORARY_LOSS, "may_apply"),
        (CardSide.CANCELLED, "may_apply"),
    ],
)
async def test_a_card_in_use_is_told_of_before_another_is_asked_for(desk: Desk, side: CardSide, outcome: str) -> None:
    desk.serve(desk.someone(side))
    assert await applicant.check_eligibility(desk.stage) == outcome


async def test_four_causes_are_four_codes_and_the_fourth_goes_on(desk: Desk) -> None:
    desk.serve(desk.someone(), number="990101199001010079")
    assert await applicant.check_eligibility(desk.stage) == "refused"
    seen = [desk.session.trouble]
    for kind in ("duplicate_number", "data_differ"):
        desk.session.issue = None
        desk.serve(desk.world.person(kind=kind))
        assert await applicant.check_eligibility(desk.stage) == "refused"
        seen.append(desk.session.trouble)
    keys = [each.what.key for each in seen if each is not None]
    assert keys == ["refusal.unknown_person", "refusal.duplicate_number", "refusal.data_differ"]
    desk.session.issue = None
    desk.serve(desk.world.person(kind="no_photo"))
    assert await applicant.check_eligibility(desk.stage) in ("may_apply", "has_card")
    assert desk.issue.eligibility is not None
    assert desk.issue.eligibility.photo is PhotoNeed.NEEDED
    assert await desk.record.issuing.open() == ()
    assert desk.told() == []


async def test_what_differs_is_on_the_correction_slip_with_both_versions_masked(desk: Desk) -> None:
    person = desk.serve(desk.world.person(kind="data_differ"))
    assert await applicant.check_eligibility(desk.stage) == "refused"
    assert await printing.print_slip(desk.stage) == "printed"
    lines = [line.split() for line in desk.paper.text.splitlines()]
    assert ["信息更正单"] in lines
    assert ["原因代码", "3"] in lines
    assert "窗口" in desk.paper.text
    told, held = ([line for line in lines if line and line[0] == key] for key in ("您的证件上", "系统里"))
    assert (len(told), len(held)) == (1, 1)
    assert told[0][1] != held[0][1]
    assert "*" in told[0][1]
    assert "*" in held[0][1]
    assert person.name not in (told[0][1], held[0][1])


async def test_someone_not_insured_here_is_told_so(desk: Desk) -> None:
    desk.serve(desk.world.person(kind="not_insured_here"))
    assert await applicant.check_eligibility(desk.stage) == "refused"
    assert desk.session.trouble is not None
    assert desk.session.trouble.what.key == "issue.obstacle.not_insured_here"


async def test_an_application_at_another_machine_is_named_by_its_machine(desk: Desk) -> None:
    person = desk.serve(desk.someone())
    desk.world.now = desk.clock.now()
    desk.world.open_application("K0002", person, Reason.FIRST, "theirs")
    assert await applicant.check_eligibility(desk.stage) == "refused"
    assert desk.session.trouble is not None
    assert next(each.args for each in desk.session.trouble.advice) == {"device": Verbatim("K0002")}


async def test_a_card_that_waits_in_this_machine_is_fetched_and_not_made_again(desk: Desk) -> None:
    person = desk.serve(desk.someone())
    await desk.up_to_opened()
    record = desk.issue_record()
    await desk.record.issuing.step(record, IssueStep.HELD)
    desk.session.issue, desk.session.business = None, ""
    assert await applicant.check_eligibility(desk.stage) == "held_here"
    await desk.record.issuing.step(record, IssueStep.ATTENDANT)
    desk.session.issue = None
    assert await applicant.check_eligibility(desk.stage) == "refused"
    assert desk.session.trouble is not None
    assert desk.session.trouble.what.key == "issue.obstacle.open_application"
    assert person.number.encode() not in record.holder


async def test_a_host_that_does_not_answer_is_told_as_such(desk: Desk) -> None:
    desk.serve(desk.someone())
    desk.host.fates["eligibility"] = ["unavailable"]
    assert await applicant.check_eligibility(desk.stage) == "unreachable"
    assert desk.session.trouble is not None
    assert desk.session.trouble.what.key == "refusal.host_unavailable"


# -- the ID card -------------------------------------------------------------------------------------------------------


async def test_whoever_came_with_a_social_security_card_lays_the_id_card(desk: Desk) -> None:
    desk.serve(desk.someone())
    desk.session.means = "card"
    desk.plate.card, desk.session.id_card = desk.session.id_card, None  # type: ignore[assignment]
    assert await applicant.check_eligibility(desk.stage) == "id_card_needed"
    assert await applicant.read_applicant(desk.stage) == "id_card_read"
    assert desk.session.means == "card"
    assert desk.session.id_card_laid
    assert await applicant.check_eligibility(desk.stage) == "may_apply"


async def test_another_persons_id_card_is_refused_and_kept_out_of_the_session(desk: Desk) -> None:
    other = desk.someone(CardSide.NORMAL)
    desk.serve(other)
    desk.plate.card = desk.session.id_card  # type: ignore[assignment]
    desk.serve(desk.someone())
    desk.session.means, desk.session.id_card = "card", None
    assert await applicant.check_eligibility(desk.stage) == "id_card_needed"
    assert await applicant.read_applicant(desk.stage) == "refused"
    assert desk.session.trouble is not None
    assert desk.session.id_card is None
    assert desk.issue.applicant is None


async def test_an_expired_id_card_is_refused_here_as_at_the_door(desk: Desk) -> None:
    desk.serve(desk.someone())
    card = desk.session.id_card
    assert card is not None
    desk.plate.card = dataclasses.replace(card, valid_until=date(2026, 1, 1))  # type: ignore[assignment]
    assert await applicant.read_applicant(desk.stage) == "refused"
    assert desk.session.trouble is not None
    assert desk.session.trouble.what.key == "refusal.id_card_expired"
