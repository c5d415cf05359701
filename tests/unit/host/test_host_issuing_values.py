"""The values of issuing: what they hide, what is written on a chip, what the stock must be."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

import httpx
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from devices.card_reader.simulator.card import VirtualCard
from kiosk.catalogue.rules import Reason
from kiosk.demo import make_stock
from kiosk.host.http import HttpHost
from kiosk.host.issuing_http import HttpIssuingHost
from kiosk.host.issuing_values import (
    CardPrint,
    ChipRecord,
    HolderRecord,
    IssuingRefusal,
    Mode,
    Reservation,
    read_back_digest,
    step_key,
)
from kiosk.host.personalisation import planned
from kiosk.host.port import HostError, IdCardProof, Person, RefusalCode
from kiosk.host.sandbox.issuing_photo import SIZE, fault_of, portrait
from kiosk.host.sandbox.issuing_records import chip_records, valid_until
from kiosk.host.sandbox.issuing_stock import STOCK, chip_descriptions, luhn, read_stock
from kiosk.host.sandbox.reference import DataError
from kiosk.host.sandbox.refusals import Refused
from kiosk.host.transport import Retries

HOLDER = HolderRecord("王秀兰", "990101195603120022", "female", "01", date(1956, 3, 12), "990101", "1000000", "示例街")
RECORDS = chip_records(HOLDER, "Z00000010", date(2026, 11, 22))
RESERVATION = Reservation(
    "A20261122000001", "0C000001", "example_bank", "6299991000000000011", "Z00000010", RECORDS,
    CardPrint(
        HOLDER.name, HOLDER.number, "Z00000010", date(2026, 11, 22), date(2036, 11, 22), "示例银行",
        "6299991000000000011",
    ),
)  # fmt: skip
PERSON = Person("secret-token", HOLDER.name, HOLDER.number, HOLDER.birth_date, True)
PROOF = IdCardProof("citizen", HOLDER.number, HOLDER.name, HOLDER.birth_date, None)
SECRETS = (HOLDER.name, HOLDER.number, PERSON.token, "6299991000000000011", HOLDER.number.encode().hex().upper())


def test_no_repr_tells_of_the_person() -> None:
    told = f"{HOLDER!r} {RESERVATION!r} {RECORDS!r} {RECORDS[0]!r} {RESERVATION.printed!r}"
    for secret in SECRETS:
        assert secret not in told


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(200, text="<html>"), httpx.ReadTimeout("x")])
async def test_neither_log_nor_exception_does(
    answer: httpx.Response | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def wire(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/ping":
            return httpx.Response(200, json={"time": "2026-11-22T09:30:00Z"})
        if isinstance(answer, Exception):
            raise answer
        return answer

    host = HttpHost(
        "https://host.invalid", ca_file=Path(), certificate_file=Path(), key_file=Path(), kiosk_id="K0001",
        retries=Retries(attempts=1), transport=httpx.MockTransport(wire),
    )  # fmt: skip
    issuing = HttpIssuingHost(host.connection)
    told = []
    with structlog.testing.capture_logs() as logs:
        for call in (
            issuing.eligibility(PERSON, PROOF, Reason.FIRST),
            issuing.open_application(PERSON, PROOF, Reason.FIRST, "Q20261122000001", Mode.INSTANT, "12345678"),
            issuing.submit_photo("A20261122000001", b"\xff\xd8", "12345678"),
        ):
            with pytest.raises(HostError) as error:
                await call
            told.append(f"{error.value!r} {error.value.__cause__!r}")
    everything = f"{told} {logs} {caplog.text}"
    for secret in SECRETS:
        assert secret not in everything
    await host.close()


def test_the_records_are_written_in_an_order_that_leaves_a_card_cut_half_way_nobodys() -> None:
    assert [(record.file, record.tag) for record in RECORDS] == [
        ("EF06", 0x08), ("EF06", 0x09), ("EF06", 0x4E), ("EF06", 0x0A), ("EF06", 0x0B), ("EF06", 0x0C),
        ("EF06", 0x0D), ("EF05", 0x02), ("EF05", 0x05), ("EF05", 0x06), ("EF05", 0x07),
    ]  # fmt: skip
    assert RECORDS[3].record == "0A0132"
    assert RECORDS[6].record == "0D0419560312"
    assert RECORDS[9].record == "060420361122"
    assert RECORDS[1].content[2:].rstrip(b"\0").decode("gb18030") == HOLDER.name


@given(st.text(st.sampled_from("王龙䶮𠮷abc·"), min_size=1, max_size=30))
def test_a_name_is_whole_or_refused(name: str) -> None:
    holder = HolderRecord(name, HOLDER.number, "male", "", HOLDER.birth_date, "", "", "")
    try:
        records = chip_records(holder, "Z00000010", date(2026, 11, 22))
    except Refused as refused:
        assert (refused.code, len(name.encode("gb18030")) > 44) == (RefusalCode.NOT_ALLOWED, True)  # noqa: PT017
        return
    head, rest = records[1].content[2:], records[2].content[2:]
    assert (len(head), len(rest)) == (30, 20)
    assert (head.rstrip(b"\0") + rest.rstrip(b"\0")).decode("gb18030") == name
    head.rstrip(b"\0").decode("gb18030")


@pytest.mark.parametrize("record", ["0A0239", "770139", "0A01"])
def test_a_plan_that_is_not_of_the_declared_files_is_not_written(record: str) -> None:
    plan = Reservation(
        "A20261122000001", "0C000001", "b", "1", "Z00000010", (ChipRecord(1, "EF06", record),), RESERVATION.printed
    )
    with pytest.raises(ValueError, match=r"record|begin"):
        list(planned(plan))


def test_a_card_issued_on_the_leap_day_is_valid_for_ten_years() -> None:
    assert valid_until(date(2028, 2, 29)) == date(2038, 2, 28)
    assert valid_until(date(2026, 11, 22)) == date(2036, 11, 22)
    assert valid_until(date(2026, 12, 31)) == date(2036, 12, 31)


def test_the_digest_depends_on_every_byte_and_the_order() -> None:
    assert read_back_digest([b"a", b"b"]) != read_back_digest([b"b", b"a"])
    assert len(read_back_digest([])) == 64


def test_a_key_names_business_step_and_card() -> None:
    assert step_key("20261122-K0001-0042-S", "reserve", 2) == "20261122-K0001-0042-S/reserve/2"
    assert {RefusalCode.NOT_ALLOWED.value} & {each.value for each in IssuingRefusal} == set()


# -- the stock ---------------------------------------------------------------------------------------------------------


def test_the_stock_file_is_as_its_script_makes_it() -> None:
    assert STOCK.read_text(encoding="utf-8") == "".join(make_stock.stock()), "run `python -m kiosk.demo.make_stock`"


def test_every_pre_made_card_is_a_whole_card_of_nobody() -> None:
    stock, chips = read_stock(), chip_descriptions()
    assert {bank.key: sum(card.bank == bank.key for card in stock.cards) for bank in stock.banks} == {
        "example_bank": 20, "sample_bank": 20, "rural_bank": 20,
    }  # fmt: skip
    assert {card.chip.algorithm for card in stock.cards} == {"sm4", "3des"}
    for card in stock.cards:
        virtual = VirtualCard(chips[card.serial])
        assert virtual.description.bank["pan"] == card.account
        assert (virtual.description.number, virtual.description.ssn, virtual.description.name) == ("", "", "")
        assert luhn(card.account) == 0
        assert luhn(card.account[:-1] + str((int(card.account[-1]) + 1) % 10)) != 0


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ('account = "6299991000000000011"', 'account = "6299991000000000012"', "check digit"),
        ('serial = "0C000001"', 'serial = "0C0000FF"', "not that of its chip"),
        ('bank = "example_bank"', 'bank = "no_bank"', "no bank"),
    ],
)
def test_a_stock_file_with_a_mistake_is_refused(tmp_path: Path, right: str, wrong: str, why: str) -> None:
    file = tmp_path / "stock.toml"
    file.write_text(STOCK.read_text(encoding="utf-8").replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(DataError, match=why):
        read_stock(file)


def test_the_sandboxs_own_portraits_pass_its_own_look() -> None:
    assert fault_of(portrait(7)) == ""
    assert portrait(7) != portrait(8)
    assert SIZE == (358, 441)
