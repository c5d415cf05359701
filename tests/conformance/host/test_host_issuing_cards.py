"""A card from the hopper to its holder, over the real line and with the real chip: A1, A10, A11, A13, A15-A17."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from issuing_counter import CHIPS, Counter, PowerCut, StationChip, cards_of, id_card, refusal

from devices.card_reader.simulator.card import VirtualCard
from devices.card_reader.simulator.hsm import TestKeyHsm
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.contract import DeviceError
from kiosk.catalogue.rules import Reason
from kiosk.host.http import HttpHost
from kiosk.host.issuing_values import (
    ApplicationState,
    BadCard,
    ExternalRequest,
    IssuingRefusal,
    MacRequest,
    OldCardFate,
    Whereabouts,
    read_back_digest,
)
from kiosk.host.port import CardProof, CardSide, HostUnknown, RefusalCode

Connect = Callable[..., HttpHost]


@pytest.fixture
def citizen(sandbox_host: Any) -> dict[str, Any]:
    return sandbox_host.people(social_side="none", limit=1)[0]


@pytest.fixture
def counter(host: HttpHost, citizen: dict[str, Any]) -> Counter:
    return Counter(host, id_card(citizen))


def seen(sandbox_host: Any, number: str) -> dict[str, Any]:
    found = sandbox_host.control.get("/sandbox/issuing/applications").raise_for_status().json()
    return next(each for each in found if each["number"] == number)


def stock(sandbox_host: Any) -> dict[str, Any]:
    return sandbox_host.control.get("/sandbox/issuing/stock").raise_for_status().json()


@pytest.mark.parametrize(("bank", "algorithm"), [("example_bank", "sm4"), ("rural_bank", "3des")])
async def test_a_card_from_the_hopper_to_its_holder(
    counter: Counter, citizen: dict[str, Any], sandbox_host: Any, bank: str, algorithm: str
) -> None:
    card = cards_of(bank)[0]
    assert card.chip.algorithm == algorithm
    virtual = VirtualCard(CHIPS[card.serial])
    application = await counter.open()
    reservation = await counter.reserve(application, card)
    verified: list[int] = []
    digest = await counter.personalise(
        reservation, StationChip(virtual), lambda record: verified.append(record.position)
    )
    assert verified == [record.position for record in reservation.records] == list(range(1, 12))
    committed = await counter.issuing.commit(application.number, card.serial, digest, "", counter.key("commit"))
    assert (committed.serial, committed.old_serial) == (card.serial, "")
    await counter.issuing.advise(application.number, card.serial, Whereabouts.PRESENTED, counter.key("presented"))
    await counter.issuing.advise(application.number, card.serial, Whereabouts.COLLECTED, counter.key("collected"))

    identity = SocialSecurityCard(StationChip(virtual)).read_identity(TestKeyHsm())
    assert (identity.social_security_number, identity.name) == (citizen["number"], citizen["host_name"])
    assert identity.issuer.card_number == reservation.card_number
    told = seen(sandbox_host, application.number)
    assert (told["state"], told["commits"], told["live_cards"]) == ("collected", 1, 1)
    assert told["reservations"] == {card.serial: "bound"}
    assert [event["event"] for event in told["time_line"]] == [
        "opened", "reserved", "committed", "presented", "collected",
    ]  # fmt: skip
    assert stock(sandbox_host)["counts"][bank] == {"free": 19, "reserved": 0, "bound": 1, "suspect": 0, "spoiled": 0}

    status = await counter.host.card_status(await counter.identify())
    assert (status.card_number, status.social_side, status.bank_last_four) == (
        reservation.card_number, CardSide.TO_BE_ACTIVATED, card.account[-4:],
    )  # fmt: skip
    await counter.host.pin_changed(identity.identifier, counter.key("pin"))
    proof = CardProof(
        identity.identifier, identity.issuer.card_number, identity.social_security_number, identity.name, "3.00", True
    )
    person = await counter.host.identify_by_card(proof)
    assert (await counter.host.card_status(person)).social_side is CardSide.NORMAL


@pytest.mark.parametrize("bank", ["example_bank", "rural_bank"])
async def test_personalising_is_taken_up_again_wherever_it_was_cut(counter: Counter, bank: str) -> None:
    card = cards_of(bank)[1]
    virtual = VirtualCard(CHIPS[card.serial])
    reservation = await counter.reserve(await counter.open(), card)
    longest: list[int] = []
    digest = ""
    for commands in range(3, 300, 9):
        verified: list[int] = []
        try:
            station = StationChip(virtual, dies_after=commands)
            digest = await counter.personalise(
                reservation, station, lambda record, to=verified: to.append(record.position)
            )
            break
        except PowerCut:
            assert verified == list(range(1, len(verified) + 1))
            longest.append(len(verified))
    assert longest == sorted(longest)
    assert len(set(longest)) > 3
    assert digest == read_back_digest(record.content for record in reservation.records)


async def test_a_card_cut_half_way_is_nobodys(counter: Counter) -> None:
    card = cards_of("example_bank")[2]
    virtual = VirtualCard(CHIPS[card.serial])
    reservation = await counter.reserve(await counter.open(), card)
    with pytest.raises(PowerCut):
        await counter.personalise(reservation, StationChip(virtual, dies_after=60))
    assert SocialSecurityCard(StationChip(virtual)).read_issuer().card_number == ""


async def test_another_card_than_the_reserved_one_is_not_written(counter: Counter) -> None:
    reserved, other = cards_of("example_bank")[:2]
    reservation = await counter.reserve(await counter.open(), reserved)
    with pytest.raises(DeviceError, match="card_not_genuine"):
        await counter.personalise(reservation, StationChip(VirtualCard(CHIPS[other.serial])))


async def test_a_worn_chip_is_found_and_spoiled_and_a_second_card_follows(counter: Counter, sandbox_host: Any) -> None:
    worn, second = cards_of("sample_bank")[:2]
    virtual = VirtualCard(CHIPS[worn.serial])
    virtual.worn_out = True
    application = await counter.open()
    reservation = await counter.reserve(application, worn)
    with pytest.raises(DeviceError, match="chip_worn"):
        await counter.personalise(reservation, StationChip(virtual))
    await counter.issuing.spoil(application.number, worn.serial, BadCard.SPOILED, counter.key("spoil"))
    again = await counter.reserve(application, second, nth=2)
    assert again.card_number == reservation.card_number
    digest = await counter.personalise(again, StationChip(VirtualCard(CHIPS[second.serial])))
    await counter.issuing.commit(application.number, second.serial, digest, "", counter.key("commit", 2))
    assert seen(sandbox_host, application.number)["reservations"] == {worn.serial: "spoiled", second.serial: "bound"}
    (void,) = sandbox_host.control.get("/sandbox/issuing/voids").json()
    assert (void["serial"], void["account"], void["reason"]) == (worn.serial, worn.account, "spoiled")


# -- what the host refuses ---------------------------------------------------------------------------------------------


async def test_the_hsm_serves_the_reserved_card_and_its_records_only(counter: Counter) -> None:
    card, other = cards_of("example_bank")[:2]
    application = await counter.open()
    external = ExternalRequest(application.number, card.serial, 0x0A, "00" * 8, "11" * 8)
    assert (await refusal(counter.issuing.external_authentication(external))).code == IssuingRefusal.NOT_RESERVED
    reservation = await counter.reserve(application, card)
    assert len(await counter.issuing.external_authentication(external)) == 16
    elsewhere = ExternalRequest(application.number, other.serial, 0x0A, "00" * 8, "11" * 8)
    assert (await refusal(counter.issuing.external_authentication(elsewhere))).code == IssuingRefusal.NOT_RESERVED

    record = reservation.records[0]
    header = f"04DC{record.tag:02X}00{len(record.content) + 4:02X}"

    def mac(key_id: int, header: str, data: str) -> Any:
        return counter.issuing.record_mac(MacRequest(application.number, card.serial, key_id, "22" * 8, header, data))

    assert len(await mac(0x04, header, record.record)) == 8
    for wrong in (
        mac(0x05, header, record.record),
        mac(0x04, "8416000004", record.record),
        mac(0x04, header, record.record[:-2] + "39"),
    ):
        assert (await refusal(wrong)).code == IssuingRefusal.RECORD_NOT_PLANNED


async def test_every_refusal_of_reserve(counter: Counter, connect: Connect, sandbox_host: Any) -> None:
    card, second = cards_of("example_bank")[:2]
    other_bank = cards_of("rural_bank")[0]
    application = await counter.open()

    def reserve(bank: str, identifier: str, nth: int) -> Any:
        return counter.issuing.reserve(application.number, bank, identifier, counter.key("reserve", nth))

    assert (await refusal(reserve("no_bank", card.chip.identifier, 1))).code == IssuingRefusal.BANK_NOT_ELIGIBLE
    foreign = "990100D1560000050C0000FF00000000"
    assert (await refusal(reserve("example_bank", foreign, 2))).code == IssuingRefusal.CARD_NOT_IN_STOCK
    wrong_bank = reserve("example_bank", other_bank.chip.identifier, 3)
    assert (await refusal(wrong_bank)).code == IssuingRefusal.CARD_NOT_IN_STOCK
    first = await reserve("example_bank", card.chip.identifier, 4)
    assert await reserve("example_bank", card.chip.identifier, 5) == first
    assert (
        await refusal(reserve("example_bank", second.chip.identifier, 6))
    ).code == IssuingRefusal.ANOTHER_CARD_RESERVED
    await counter.issuing.release(application.number, card.serial, counter.key("release"))
    assert (await refusal(reserve("example_bank", card.chip.identifier, 7))).code == IssuingRefusal.CARD_NOT_FREE
    assert stock(sandbox_host)["cards"][card.serial] == "free"
    elsewhere = Counter(connect(kiosk_id="KIOSK-TEST-02"), counter.proof)
    refused = await refusal(elsewhere.reserve(application, second))
    assert (refused.code, refused.detail) == (RefusalCode.IN_PROGRESS_ELSEWHERE, "KIOSK-TEST-01")
    assert (await refusal(counter.issuing.state("A20200101000001"))).code == IssuingRefusal.APPLICATION_UNKNOWN


async def test_commit_wants_the_card_as_planned_and_the_fee_held(counter: Counter, sandbox_host: Any) -> None:
    sandbox_host.control.post(
        "/sandbox/issuing/prices", json={"reason": "first", "fen": 2000, "valid_from": "2026-01-01"}
    ).raise_for_status()
    card, other = cards_of("example_bank")[:2]
    application = await counter.open()
    assert application.fen == 2000

    def commit(serial: str, digest: str, payment: str, nth: int) -> Any:
        return counter.issuing.commit(application.number, serial, digest, payment, counter.key("commit", nth))

    assert (await refusal(commit(card.serial, "00" * 32, "", 1))).code == IssuingRefusal.NOT_RESERVED
    reservation = await counter.reserve(application, card)
    digest = read_back_digest(record.content for record in reservation.records)
    assert (await refusal(commit(card.serial, digest, "", 2))).code == IssuingRefusal.FEE_NOT_HELD
    wrong = commit(card.serial, "00" * 32, counter.business, 3)
    assert (await refusal(wrong)).code == IssuingRefusal.READ_BACK_DIFFERS
    done = await commit(card.serial, digest, counter.business, 4)
    assert await commit(card.serial, digest, counter.business, 5) == done
    assert (await refusal(commit(other.serial, digest, counter.business, 6))).code == IssuingRefusal.ALREADY_COMMITTED
    for call in (
        counter.issuing.release(application.number, card.serial, counter.key("release")),
        counter.issuing.spoil(application.number, card.serial, BadCard.SPOILED, counter.key("spoil")),
        counter.issuing.withdraw(counter.key("open"), counter.key("withdraw")),
        counter.issuing.defer(application.number, counter.key("defer")),
    ):
        assert (await refusal(call)).code == IssuingRefusal.ALREADY_COMMITTED
    assert seen(sandbox_host, application.number)["commits"] == 1


async def test_a_replacement_waits_for_the_old_card_and_cancels_it(host: HttpHost, sandbox_host: Any) -> None:
    (citizen,) = sandbox_host.people(social_side="normal", limit=1)
    counter = Counter(host, id_card(citizen))
    card = cards_of("example_bank")[0]
    application = await counter.open(Reason.DAMAGED)
    assert (await refusal(counter.reserve(application, card))).code == IssuingRefusal.OLD_CARD_NOT_SETTLED
    await counter.issuing.settle_old_card(application.number, OldCardFate.HANDED_IN, counter.key("old"))
    reservation = await counter.reserve(application, card)
    digest = read_back_digest(record.content for record in reservation.records)
    done = await counter.issuing.commit(application.number, card.serial, digest, "", counter.key("commit"))
    assert done.old_serial == citizen["identifier"][16:24]
    old = CardProof(
        citizen["identifier"], citizen["card_number"], citizen["number"], citizen["host_name"], "3.00", True
    )
    assert (await refusal(host.identify_by_card(old))).code == RefusalCode.CARD_STOPPED


# -- replies lost, requests repeated -----------------------------------------------------------------------------------


async def test_a_reply_lost_after_the_commit_is_found_committed(
    counter: Counter, connect: Connect, sandbox_host: Any
) -> None:
    card = cards_of("example_bank")[0]
    application = await counter.open()
    reservation = await counter.reserve(application, card)
    digest = read_back_digest(record.content for record in reservation.records)
    sandbox_host.order("lost_reply", "/v1/issuing/commits")
    hurried = Counter(connect(), counter.proof, counter.business)
    with pytest.raises(HostUnknown):
        await hurried.issuing.commit(application.number, card.serial, digest, "", counter.key("commit"))
    found = await counter.issuing.state_by_key(counter.key("open"))
    assert found is not None
    assert (found.committed, found.state, found.serial) == (True, ApplicationState.READY, card.serial)
    again = await counter.issuing.commit(application.number, card.serial, digest, "", counter.key("commit"))
    assert again.committed_at == found.committed_at
    assert seen(sandbox_host, application.number)["commits"] == 1
    elsewhere = Counter(connect(kiosk_id="KIOSK-TEST-02"), counter.proof)
    assert (await elsewhere.issuing.state(application.number)).committed


@pytest.mark.parametrize("fault", ["lost_request", "lost_reply", "broken_reply", "error_after", "nonsense"])
async def test_a_reservation_whose_outcome_is_unknown_is_asked_for_again(
    counter: Counter, connect: Connect, sandbox_host: Any, fault: str
) -> None:
    card = cards_of("example_bank")[0]
    application = await counter.open()
    sandbox_host.order(fault, "/v1/issuing/reservations")
    hurried = Counter(connect(), counter.proof, counter.business)
    with pytest.raises(HostUnknown):
        await hurried.reserve(application, card)
    reservation = await counter.reserve(application, card)
    assert await counter.issuing.reservation(application.number) == reservation
    assert seen(sandbox_host, application.number)["reservations"] == {card.serial: "open"}


async def test_a_request_to_open_that_was_given_up_comes_too_late(counter: Counter) -> None:
    assert await counter.issuing.state_by_key(counter.key("open")) is None
    await counter.issuing.withdraw(counter.key("open"), counter.key("withdraw"))
    assert (await refusal(counter.open())).code == IssuingRefusal.APPLICATION_CLOSED


async def test_a_double_tap_and_another_kiosk(
    counter: Counter, connect: Connect, citizen: dict[str, Any], sandbox_host: Any
) -> None:
    application = await counter.open()
    double_tap = Counter(counter.host, counter.proof)
    assert (await double_tap.open()).number == application.number
    elsewhere = Counter(connect(kiosk_id="KIOSK-TEST-02"), counter.proof)
    refused = await refusal(elsewhere.open())
    assert (refused.code, refused.detail) == (RefusalCode.IN_PROGRESS_ELSEWHERE, "KIOSK-TEST-01")
    sandbox_host.control.post("/sandbox/clock", json={"seconds": 16 * 60}).raise_for_status()
    made_way = await Counter(elsewhere.host, counter.proof).open()
    assert made_way.number != application.number
    assert (await counter.issuing.state(application.number)).state is ApplicationState.WITHDRAWN


async def test_one_key_is_not_for_two_requests(counter: Counter) -> None:
    card, other = cards_of("example_bank")[:2]
    application = await counter.open()
    await counter.reserve(application, card)
    refused = await refusal(counter.reserve(application, other))
    assert (refused.code, refused.detail) == (
        RefusalCode.NOT_ALLOWED, "idempotency key was used for another request",
    )  # fmt: skip


async def test_an_untaken_card_is_held_and_handed_over_later(counter: Counter) -> None:
    card = cards_of("example_bank")[0]
    application = await counter.open()
    early = counter.issuing.advise(application.number, card.serial, Whereabouts.HELD, counter.key("early"))
    assert (await refusal(early)).code == IssuingRefusal.NOT_COMMITTED
    reservation = await counter.reserve(application, card)
    digest = read_back_digest(record.content for record in reservation.records)
    await counter.issuing.commit(application.number, card.serial, digest, "", counter.key("commit"))
    for nth, where in enumerate(
        (Whereabouts.PRESENTED, Whereabouts.HELD, Whereabouts.PRESENTED, Whereabouts.COLLECTED, Whereabouts.HELD)
    ):
        await counter.issuing.advise(application.number, card.serial, where, counter.key("advise", nth))
    found = await counter.issuing.state(application.number)
    assert (found.state, found.whereabouts) == (ApplicationState.COLLECTED, Whereabouts.COLLECTED)
