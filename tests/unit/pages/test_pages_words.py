"""Everything that is told by a code has words in every language: refusals, obstacles, reasons, nations, differences."""

from __future__ import annotations

import pytest

from devices.card_reader.social_security_card.validity import OUTCOMES, Finding, Outcome
from devices.id_reader.nations import NATIONS
from kiosk.activities.identification import REASONS, REFUSED_BY_CHIP
from kiosk.activities.refusals import ADVICE, OBSTACLES, host_trouble, obstacle, payer_trouble, refusal
from kiosk.catalogue import divisions
from kiosk.catalogue.fees import FeeBasis
from kiosk.catalogue.rules import Reason
from kiosk.documents.issue_slips import IssueFate
from kiosk.host.issuing_values import IssuingRefusal, Obstacle
from kiosk.host.payer.port import PayerRefusal
from kiosk.host.payer.reconciliation import Difference
from kiosk.host.port import HostRefused, HostUnavailable, HostUnknown, RefusalCode
from kiosk.pages.applying import ICONS
from kiosk.pages.handover import ENDED_AS
from kiosk.photo.report import Fault
from screens.locale.catalogue import Catalogue
from screens.widgets.icons import ICONS as DRAWN
from statemachines.views import Say

KEYS = Catalogue.load().keys("zh")

TOLD = {
    "refusal": [*RefusalCode, *IssuingRefusal, *PayerRefusal, *ADVICE],
    "issue.obstacle": Obstacle,
    "reason": [*Reason, *(f"{reason}.note" for reason in Reason)],
    "fee.basis": FeeBasis,
    "nation": NATIONS,
    "photo.fault": Fault,
    "reconciliation": Difference,
    "issue.ended": [*IssueFate, "fee_back"],
    "issue.confirm.design": ["with_photo", "without_photo"],
    "sex": ["male", "female"],
}


@pytest.mark.parametrize("prefix", TOLD)
def test_every_code_has_words(prefix: str) -> None:
    assert {f"{prefix}.{code}" for code in TOLD[prefix]} - KEYS == set()


def test_every_reason_has_a_drawn_icon() -> None:
    assert set(ICONS) == set(Reason)
    assert set(ICONS.values()) - set(DRAWN) == set()


def test_every_refusal_is_told_as_itself_and_with_words_for_what_follows() -> None:
    assert {*RefusalCode, *IssuingRefusal, *PayerRefusal} - set(ADVICE) == set()
    assert set(OBSTACLES) == set(Obstacle)
    assert set(ENDED_AS) == set(IssueFate)
    advice = [*ADVICE.values(), *OBSTACLES.values()]
    assert {key for each in advice for key in (*each.do, *each.where, *each.papers)} - KEYS == set()


def test_whatever_stops_a_card_has_a_reason_that_is_told() -> None:
    assert set(REASONS) == {finding for finding in Finding if OUTCOMES[finding] is Outcome.STOP}
    assert {*REASONS.values(), *REFUSED_BY_CHIP.values()} <= set(ADVICE)


def test_what_stands_against_an_application_is_told_also_when_it_comes_as_a_refusal() -> None:
    refused = HostRefused(IssuingRefusal.NOT_ELIGIBLE, Obstacle.GUARDIAN_NEEDED.value)
    assert host_trouble(refused) == obstacle(Obstacle.GUARDIAN_NEEDED)
    assert host_trouble(refused).what == Say("issue.obstacle.guardian_needed")
    assert host_trouble(HostRefused(IssuingRefusal.NOT_ELIGIBLE, "else")).what == Say("refusal.not_eligible")


def test_the_payer_is_not_taken_for_the_social_security_system() -> None:
    assert payer_trouble(HostUnavailable()).what == Say("refusal.payer_unavailable")
    assert payer_trouble(HostUnknown()).what == Say("refusal.payer_unknown")
    assert payer_trouble(HostRefused(PayerRefusal.DECLINED)) == refusal("declined")
    assert host_trouble(HostUnavailable()).what == Say("refusal.host_unavailable")


def test_a_division_that_is_not_known_is_its_code() -> None:
    assert divisions.name_of("990102") == "示例省示例市东湖区"
    assert divisions.name_of("110101") == "110101"
