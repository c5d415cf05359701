"""An ID reader's driver and simulator on a real line, and the cards that are laid on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from devices import registry
from devices.bench.line import Line
from devices.contract import Cancellation
from devices.id_reader.contract import (
    CitizenCard,
    ForeignerCard2017,
    ForeignerCard2023,
    IdCard,
    IdReader,
    ResidencePermit,
    Sex,
)

PAIRS = [(model, model) for model in registry.CLASSES["id-reader"]]
"""Driver, simulator."""

PATIENCE = 0.2
"""Seconds to the first byte of an answer: the simulator needs a thousandth of it."""

PHOTO = bytes.fromhex("574C6600") + bytes(range(256)) * 3 + bytes(252)

CITIZEN: dict[str, Any] = {
    "kind": "citizen",
    "name": "欧阳𠮷祥",
    "sex": "2",
    "nation_code": "25",
    "birth_date": "1988-02-29",
    "address": "示例省示例市示例区示例路1号",
    "number": "990101198802290028",
    "authority": "示例市公安局示例分局",
    "valid_from": "2020-01-01",
    "valid_until": None,
    "photo": PHOTO.hex(),
    "appended_address": "示例省示例市新区新路2号",
}

CARDS: dict[str, tuple[dict[str, Any], IdCard]] = {
    "citizen": (
        CITIZEN,
        CitizenCard(
            name="欧阳𠮷祥", sex=Sex.FEMALE, nation_code="25", birth_date=date(1988, 2, 29),
            address="示例省示例市示例区示例路1号", number="990101198802290028", authority="示例市公安局示例分局",
            valid_from=date(2020, 1, 1), valid_until=None, photo=PHOTO,
        ),
    ),
    "hmt": (
        {
            "kind": "hmt", "name": "陈示例", "sex": "1", "birth_date": "1990-01-31", "address": "示例省示例市2号",
            "number": "810000199001310011", "authority": "示例市公安局", "valid_from": "2023-05-06",
            "valid_until": "2028-05-05", "pass_number": "H99999999", "issue_count": "01", "photo": PHOTO.hex(),
        },
        ResidencePermit(
            name="陈示例", sex=Sex.MALE, birth_date=date(1990, 1, 31), address="示例省示例市2号",
            number="810000199001310011", authority="示例市公安局", valid_from=date(2023, 5, 6),
            valid_until=date(2028, 5, 5), pass_number="H99999999", issue_count="01", photo=PHOTO,
        ),
    ),
    "foreigner2017": (
        {
            "kind": "foreigner2017", "english_name": "SPECIMEN, JOHN", "chinese_name": "", "sex": "1",
            "birth_date": "1981-08-03", "number": "UTO990081080314", "nationality": "UTO",
            "valid_from": "2018-01-01", "valid_until": "2028-01-01", "version": "01", "authority_code": "9900",
            "photo": PHOTO.hex(),
        },
        ForeignerCard2017(
            name="SPECIMEN, JOHN", english_name="SPECIMEN, JOHN", chinese_name="", sex=Sex.MALE,
            birth_date=date(1981, 8, 3), number="UTO990081080314", nationality="UTO", valid_from=date(2018, 1, 1),
            valid_until=date(2028, 1, 1), version="01", authority_code="9900", photo=PHOTO,
        ),
    ),
    "foreigner2023": (
        {
            "kind": "foreigner2023", "english_name": "SPECIMEN WITH A VERY LONG NAME, ALEXANDRA J", "sex": "2",
            "chinese_name": "证件样本", "birth_date": "1980-01-01", "number": "931586198001010028",
            "nationality": "UTO", "valid_from": "2023-12-01", "valid_until": "2033-12-01", "renewal_count": "01",
            "link": "017", "photo": PHOTO.hex(),
        },
        ForeignerCard2023(
            name="证件样本", english_name="SPECIMEN WITH A VERY LONG NAME, ALEXANDRA J", chinese_name="证件样本",
            sex=Sex.FEMALE, birth_date=date(1980, 1, 1), number="931586198001010028", nationality="UTO",
            valid_from=date(2023, 12, 1), valid_until=date(2033, 12, 1), renewal_count="01", link="017", photo=PHOTO,
        ),
    ),
}  # fmt: skip


class Bench:
    """A reader on its line, with the hands of a person."""

    def __init__(self, line: Line, reader: IdReader) -> None:
        self.line = line
        self.reader = reader

    def lay(self, card: dict[str, Any]) -> None:
        simulator: Any = self.line.simulator
        self.line.call(lambda: simulator.lay(card))

    def lift(self) -> None:
        simulator: Any = self.line.simulator
        self.line.call(simulator.lift)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """A person acts while the driver is at work."""
        self.line.call(lambda: self.line.after(seconds, act))

    def take_in(self, card: dict[str, Any]) -> IdCard:
        self.lay(card)
        assert self.reader.wait_for_card(Cancellation(), 2) is True
        return self.reader.read()
