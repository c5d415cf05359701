"""Before a card leaves its hopper: the gate with its causes and obstacles, quotes, pictures, the queue (A2-A5, A19)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from issuing_counter import Counter, cards_of, id_card, refusal
from PIL import Image

from kiosk.catalogue import working_days
from kiosk.catalogue.fees import FeeBasis
from kiosk.catalogue.rules import Reason
from kiosk.clock import KIOSK_ZONE
from kiosk.host.http import HttpHost
from kiosk.host.issuing_values import (
    ApplicationState,
    IssuingRefusal,
    Mode,
    Obstacle,
    OldCardFate,
    PhotoNeed,
    Whereabouts,
)
from kiosk.host.port import IdCardProof, RefusalCode

Connect = Callable[..., HttpHost]


@pytest.fixture
def citizen(sandbox_host: Any) -> dict[str, Any]:
    return sandbox_host.people(social_side="none", limit=1)[0]


@pytest.fixture
def counter(host: HttpHost, citizen: dict[str, Any]) -> Counter:
    return Counter(host, id_card(citizen))


async def judged(counter: Counter, reason: Reason | None = None) -> Any:
    return await counter.issuing.eligibility(await counter.identify(), counter.proof, reason)


def tell(sandbox_host: Any, path: str, **body: Any) -> httpx.Response:
    return sandbox_host.control.post(f"/sandbox/{path}", json=body).raise_for_status()


def picture(size: tuple[int, int] = (358, 441), kind: str = "JPEG", mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "white").save(out, kind)
    return out.getvalue()


# -- the four causes ---------------------------------------------------------------------------------------------------


async def test_causes_one_to_three_are_told_apart_and_touch_nothing(counter: Counter, sandbox_host: Any) -> None:
    person = await counter.identify()
    unknown = IdCardProof("citizen", "990101190001010009", "无名", date(1900, 1, 1), None)
    double = id_card(sandbox_host.people(kind="duplicate_number", limit=1)[0])
    differing = sandbox_host.people(kind="data_differ", limit=1)[0]
    for proof, code in (
        (unknown, RefusalCode.UNKNOWN_PERSON),
        (double, RefusalCode.DUPLICATE_NUMBER),
        (id_card(differing), RefusalCode.DATA_DIFFER),
    ):
        refused = await refusal(counter.issuing.eligibility(person, proof))
        assert refused.code == code
    assert [(each.field, each.card_value, each.host_value) for each in refused.differences] == [
        ("name", differing["id_card_name"], differing["host_name"])
    ]
    counts = sandbox_host.control.get("/sandbox/issuing/stock").json()["counts"]
    assert all(states["free"] == 20 for states in counts.values())
    assert sandbox_host.control.get("/sandbox/issuing/applications").json() == []


async def test_cause_four_is_cured_by_a_picture(host: HttpHost, sandbox_host: Any) -> None:
    person = sandbox_host.people(kind="no_photo", limit=1)[0]
    counter = Counter(host, id_card(person))
    gate = await judged(counter)
    assert (gate.photo, gate.obstacles) == (PhotoNeed.NEEDED, ())
    application = await counter.open(gate.reasons[0])
    await counter.issuing.settle_old_card(application.number, OldCardFate.REPORTED_LOST, counter.key("old"))
    card = cards_of("example_bank")[0]
    assert (await refusal(counter.reserve(application, card))).code == IssuingRefusal.PHOTO_NEEDED
    assert (await refusal(counter.issuing.base_photo(application.number))).code == IssuingRefusal.PHOTO_NEEDED
    for nth, wrong in enumerate((b"no picture", picture((441, 358)), picture(kind="PNG"), picture(mode="L"))):
        refused = await refusal(counter.issuing.submit_photo(application.number, wrong, counter.key("photo", nth)))
        assert refused.code == IssuingRefusal.PHOTO_UNACCEPTABLE
    taken = picture()
    cured = await counter.issuing.submit_photo(application.number, taken, counter.key("photo", 9))
    assert cured.photo is PhotoNeed.ON_FILE
    assert await counter.issuing.base_photo(application.number) == taken
    assert (await counter.reserve(application, card, nth=2)).serial == card.serial


async def test_cause_four_is_cured_by_a_receipt_number(host: HttpHost, sandbox_host: Any) -> None:
    person, other = sandbox_host.people(kind="no_photo", limit=2)
    counter = Counter(host, id_card(person))
    application = await counter.open((await judged(counter)).reasons[0])
    mine = tell(sandbox_host, "issuing/photo-receipts", number=person["number"]).json()["receipt"]
    theirs = tell(sandbox_host, "issuing/photo-receipts", number=other["number"]).json()["receipt"]
    for nth, wrong in enumerate((theirs, "P9999999999")):
        refused = await refusal(
            counter.issuing.use_photo_receipt(application.number, wrong, counter.key("receipt", nth))
        )
        assert refused.code == IssuingRefusal.PHOTO_RECEIPT_UNKNOWN
    cured = await counter.issuing.use_photo_receipt(application.number, mine, counter.key("receipt", 9))
    assert cured.photo is PhotoNeed.ON_FILE


# -- everything else that stands against it ----------------------------------------------------------------------------


async def test_someone_without_a_card_applies_for_a_first_one(counter: Counter, citizen: dict[str, Any]) -> None:
    gate = await judged(counter, Reason.FIRST)
    assert (gate.obstacles, gate.reasons, gate.photo) == ((), (Reason.FIRST,), PhotoNeed.ON_FILE)
    assert (gate.old_card, gate.holder.number, gate.holder.name) == (None, citizen["number"], citizen["host_name"])
    assert [bank.key for bank in await counter.issuing.banks(await counter.identify(), counter.proof)] == [
        "example_bank", "sample_bank", "rural_bank",
    ]  # fmt: skip


async def test_someone_with_a_card_is_offered_to_replace_it(host: HttpHost, sandbox_host: Any) -> None:
    person = sandbox_host.people(social_side="normal", limit=1)[0]
    counter = Counter(host, id_card(person))
    gate = await judged(counter, Reason.FIRST)
    assert gate.obstacles == (Obstacle.HAS_CARD,)
    assert {Reason.LOST, Reason.DAMAGED, Reason.DEMAGNETISED, Reason.RENAMED} <= set(gate.reasons)
    assert gate.old_card is not None
    assert gate.old_card.serial == person["identifier"][16:24]
    refused = await refusal(counter.issuing.quote(await counter.identify(), counter.proof, Reason.FIRST))
    assert refused.code == IssuingRefusal.REASON_DOES_NOT_APPLY


async def test_reasons_follow_the_old_card(host: HttpHost, sandbox_host: Any) -> None:
    for person in sandbox_host.people(social_side="normal", limit=40):
        counter = Counter(host, id_card(person))
        gate = await judged(counter)
        assert gate.old_card is not None
        assert (Reason.UPGRADE in gate.reasons) == (not person["generation"].startswith("3"))
        assert (Reason.CHIP_FAULT_IN_WARRANTY in gate.reasons) == gate.old_card.in_warranty
        assert Reason.ISSUER_ERROR not in gate.reasons
    await host.report_wrong_data(await counter.identify(), ("name",), counter.key("wrong"))
    assert Reason.ISSUER_ERROR in (await judged(counter)).reasons
    lost = Counter(host, id_card(sandbox_host.people(social_side="lost", limit=1)[0]))
    assert (await judged(lost)).reasons == (Reason.LOST,)


@pytest.mark.parametrize(
    ("wanted", "obstacle"),
    [
        ({"kind": "not_insured_here"}, Obstacle.NOT_INSURED_HERE),
    ],
)
async def test_who_may_not_apply(host: HttpHost, sandbox_host: Any, wanted: dict[str, Any], obstacle: Obstacle) -> None:
    counter = Counter(host, id_card(sandbox_host.people(limit=1, **wanted)[0]))
    gate = await judged(counter)
    assert gate.obstacles == (obstacle,)
    refused = await refusal(counter.open(gate.reasons[0]))
    assert (refused.code, refused.detail) == (IssuingRefusal.NOT_ELIGIBLE, obstacle.value)


async def test_a_card_on_the_blacklist_is_a_matter_for_the_counter(host: HttpHost, sandbox_host: Any) -> None:
    person = sandbox_host.people(social_side="normal", limit=1)[0]
    tell(sandbox_host, "blacklist", identifier=person["identifier"])
    assert (await judged(Counter(host, id_card(person)))).obstacles == (Obstacle.BLACKLISTED,)


async def test_a_child_comes_with_a_guardian_and_an_adult_alone(counter: Counter, sandbox_host: Any) -> None:
    child = sandbox_host.people(minor=True, limit=1)[0]
    adult = sandbox_host.people(social_side="none", limit=2)[1]
    person = await counter.identify()
    assert (await refusal(counter.host.identify_by_id_card(id_card(child)))).code == RefusalCode.MINOR_NEEDS_GUARDIAN
    gate = await counter.issuing.eligibility(person, id_card(child))
    assert Obstacle.GUARDIAN_NEEDED in gate.obstacles
    tell(sandbox_host, "issuing/guardians", guardian_number=counter.proof.number, child_number=child["number"])
    gate = await counter.issuing.eligibility(person, id_card(child))
    assert Obstacle.GUARDIAN_NEEDED not in gate.obstacles
    assert gate.holder.number == child["number"]
    refused = await refusal(counter.issuing.eligibility(person, id_card(adult)))
    assert (refused.code, refused.detail) == (RefusalCode.NOT_ALLOWED, "an adult applies in person")


async def test_an_open_application_stands_against_another(counter: Counter, connect: Connect) -> None:
    application = await counter.open()
    gate = await judged(counter)
    assert (gate.obstacles, gate.open_application) == ((Obstacle.OPEN_APPLICATION,), application.number)
    elsewhere = Counter(connect(kiosk_id="KIOSK-TEST-02"), counter.proof)
    gate = await judged(elsewhere)
    assert (gate.obstacles, gate.device) == ((Obstacle.IN_PROGRESS_ELSEWHERE,), "KIOSK-TEST-01")
    await counter.issuing.withdraw(counter.key("open"), counter.key("withdraw"))
    assert (await judged(elsewhere)).obstacles == ()


# -- fees --------------------------------------------------------------------------------------------------------------


def before_midnight(sandbox_host: Any, seconds: int) -> date:
    """The host's clock so many seconds before a midnight of the kiosk's zone; answers with the day that begins."""
    now = datetime.fromisoformat(tell(sandbox_host, "clock", seconds=0).json()).astimezone(KIOSK_ZONE)
    tomorrow = now.date() + timedelta(days=1)
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=KIOSK_ZONE)
    if (midnight - now).total_seconds() < seconds:
        midnight, tomorrow = midnight + timedelta(days=1), tomorrow + timedelta(days=1)
    tell(sandbox_host, "clock", seconds=(midnight - now).total_seconds() - seconds)
    return tomorrow


async def test_a_quote_accepted_before_midnight_stays_and_another_lapses(
    counter: Counter, host: HttpHost, sandbox_host: Any
) -> None:
    late = Counter(host, id_card(sandbox_host.people(social_side="none", limit=2)[1]))
    tomorrow = before_midnight(sandbox_host, 60)
    tell(sandbox_host, "issuing/prices", reason="first", fen=3500, valid_from=tomorrow.isoformat())
    application = await counter.open()
    assert application.fen == 0
    person = await late.identify()
    quote = await late.issuing.quote(person, late.proof, Reason.FIRST)
    assert (quote.fen, quote.basis, quote.day) == (0, FeeBasis.EXEMPT, tomorrow - timedelta(days=1))
    tell(sandbox_host, "clock", seconds=61)
    refused = await refusal(
        late.issuing.open_application(person, late.proof, Reason.FIRST, quote.number, Mode.INSTANT, late.key("open"))
    )
    assert refused.code == IssuingRefusal.QUOTE_LAPSED
    anew = await late.issuing.quote(person, late.proof, Reason.FIRST)
    assert (anew.fen, anew.basis, anew.day) == (3500, FeeBasis.PRICE_LIST, tomorrow)
    assert (await counter.issuing.state(application.number)).fen == 0


async def test_a_quote_is_for_its_person_and_reason_and_once(
    counter: Counter, host: HttpHost, sandbox_host: Any
) -> None:
    other = Counter(host, id_card(sandbox_host.people(social_side="none", limit=2)[1]))
    theirs = await other.issuing.quote(await other.identify(), other.proof, Reason.FIRST)
    person = await counter.identify()

    def opened(quote: str, nth: int) -> Any:
        return counter.issuing.open_application(
            person, counter.proof, Reason.FIRST, quote, Mode.INSTANT, counter.key("open", nth)
        )

    assert (await refusal(opened(theirs.number, 1))).code == IssuingRefusal.QUOTE_LAPSED
    assert (await refusal(opened("Q20200101000001", 2))).code == IssuingRefusal.QUOTE_LAPSED
    mine = await counter.issuing.quote(person, counter.proof, Reason.FIRST)
    await opened(mine.number, 3)
    await counter.issuing.withdraw(counter.key("open", 3), counter.key("withdraw"))
    assert (await refusal(opened(mine.number, 4))).code == IssuingRefusal.QUOTE_LAPSED


# -- the queue ---------------------------------------------------------------------------------------------------------


async def test_deferred_under_the_same_number_with_a_slip(counter: Counter, sandbox_host: Any) -> None:
    application = await counter.open()
    deferred = await counter.issuing.defer(application.number, counter.key("defer"))
    assert (deferred.number, deferred.mode, deferred.state) == (
        application.number, Mode.DEFERRED, ApplicationState.ACCEPTED,
    )  # fmt: skip
    today = datetime.now(UTC).astimezone(KIOSK_ZONE).date()
    calendar = working_days.load()
    assert deferred.slip is not None
    assert (deferred.slip.due, deferred.slip.latest) == (calendar.after(today, 30).day, calendar.after(today, 60).day)
    assert deferred.slip.position == 1
    assert deferred.slip.place.startswith("示例市社保服务大厅")
    assert (await refusal(counter.reserve(application, cards_of("example_bank")[0]))).code == (
        IssuingRefusal.APPLICATION_CLOSED
    )


async def test_first_come_first_served_but_for_the_priority_group(host: HttpHost, sandbox_host: Any) -> None:
    people = sandbox_host.people(social_side="none", limit=60)
    years = datetime.now(UTC).year
    young = [each for each in people if years - int(each["birth_date"][:4]) < 69][:2]
    old = next(each for each in people if years - int(each["birth_date"][:4]) > 71)
    numbers = []
    counters = [Counter(host, id_card(each)) for each in (*young, old)]
    for counter in counters:
        numbers.append((await counter.open(mode=Mode.DEFERRED)).number)
        tell(sandbox_host, "clock", seconds=1)
    first, second, elder = numbers
    assert sandbox_host.control.get("/sandbox/issuing/queue").json() == [elder, first, second]
    slip = (await host_state(counters[0], first)).slip
    assert slip is not None
    assert (slip.position, slip.priority) == (2, False)
    assert tell(sandbox_host, "issuing/produce", count=2).json() == [elder, first]
    made = await host_state(counters[0], first)
    assert (made.state, made.committed) == (ApplicationState.READY, True)
    await counters[0].issuing.advise(first, "", Whereabouts.COLLECTED, counters[0].key("collected"))
    assert (await host_state(counters[0], first)).state is ApplicationState.COLLECTED
    tell(sandbox_host, "clock", seconds=120 * 86_400)
    assert (await host_state(counters[0], second)).state is ApplicationState.OVERDUE


async def host_state(counter: Counter, number: str) -> Any:
    return await counter.issuing.state(number)
