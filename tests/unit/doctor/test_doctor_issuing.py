"""What the doctor says of issuing: printer, encoder, camera, payer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from devices import registry
from devices.card_printer.contract import Ability, CardPosition, CardPrinterStatus
from devices.contract import DeviceState, MediaState, Status, StorageKind, StorageLevel, StorageUnit
from kiosk.config import Settings
from kiosk.doctor import installation
from kiosk.doctor.findings import Finding, State, fine, note
from kiosk.host.port import Host, HostUnavailable

HOPPER = StorageUnit("hopper-1", StorageKind.DISPENSE, StorageLevel.OK)
PRINTER = CardPrinterStatus(
    DeviceState.ONLINE, media=MediaState.NOT_PRESENT, position=CardPosition.NONE, storage=(HOPPER,)
)
SECTION: dict[str, Any] = {"hoppers": {"hopper-1": "example_bank"}, "payer_url": "https://127.0.0.1:2"}
DEVICES = {
    "card_printer": {"model": "evolis", "at": "tcp://127.0.0.1:3"},
    "camera": {"model": "file", "at": "/nobody.jpg"},
}


@pytest.fixture
def configured(tmp_path: Path) -> Callable[..., Settings]:
    def settings(**sections: Any) -> Settings:
        host = {"url": "https://127.0.0.1:1", "authority_file": "a", "certificate_file": "b", "key_file": "c"}
        kiosk = {"id": "K0001", "place_zh": "厅", "place_en": "Hall", "region": "990100"}
        link = {"socket": tmp_path / "link.sock"}
        return Settings(**{"kiosk": kiosk, "host": host, "link": link, **sections})

    return settings


class _Driver:
    """``chip``: the printer's own way to the chip."""

    opened: list[tuple[str, str]]

    def __init__(self, device_class: str, at: str, abilities: frozenset[Ability]) -> None:
        self._kind = device_class, at
        self.abilities = abilities
        self.chip_address = "pcsc:Encoder"

    def open(self) -> None:
        self.opened.append(self._kind)

    def status(self) -> Status:
        return PRINTER if self._kind[0] == "card-printer" else Status(DeviceState.ONLINE)

    def close(self) -> None:
        pass


def drivers(monkeypatch: pytest.MonkeyPatch, *abilities: Ability) -> list[tuple[str, str]]:
    _Driver.opened = []

    def driver(device_class: str, model: str, at: str, **options: object) -> _Driver:
        return _Driver(device_class, at, frozenset(abilities))

    monkeypatch.setattr(registry, "driver", driver)
    return _Driver.opened


def test_the_encoder_is_looked_at_with_the_devices(
    configured: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = drivers(monkeypatch)
    assert list(installation.devices(configured(devices=DEVICES, issuing=SECTION))) == [
        fine("card printer", "tcp://127.0.0.1:3: online"),
        fine("camera", "/nobody.jpg: online"),
        fine("encoder", "pcsc:Encoder: online"),
    ]
    assert sorted(opened) == [
        ("camera", "/nobody.jpg"),
        ("card-printer", "tcp://127.0.0.1:3"),
        ("card-reader", "pcsc:Encoder"),
    ]


def test_the_encoder_of_the_configuration_goes_first(
    configured: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    drivers(monkeypatch)
    settings = configured(devices=DEVICES, issuing={**SECTION, "chip_address": "pcsc:Other"})
    assert list(installation.devices(settings))[-1] == fine("encoder", "pcsc:Other: online")


def test_a_printer_that_connects_itself_has_no_encoder(
    configured: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    drivers(monkeypatch, Ability.CHIP)
    found = list(installation.devices(configured(devices=DEVICES, issuing=SECTION)))
    assert [each.what for each in found] == ["card printer", "camera"]


def test_a_hopper_that_the_printer_has_not(
    configured: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    drivers(monkeypatch)
    hoppers = {"hopper-1": "example_bank", "hopper-4": "sample_bank"}
    found = next(installation.devices(configured(devices=DEVICES, issuing={"hoppers": hoppers})))
    assert found == Finding(
        State.MISSING,
        "card printer",
        "tcp://127.0.0.1:3: it has no hopper-4",
        "correct issuing.hoppers; there are: hopper-1",
    )


def test_what_belongs_together(configured: Callable[..., Settings]) -> None:
    def said(**sections: Any) -> list[tuple[State, str, str]]:
        return [(each.state, each.what, each.found) for each in installation.issuing(configured(**sections))]

    printer = {"card_printer": DEVICES["card_printer"]}
    made = (State.FINE, "issuing", "cards of example_bank, design third-generation")
    assert said() == []
    assert said(devices=DEVICES, issuing=SECTION) == [made]
    assert said(devices=printer, issuing=SECTION) == [
        made,
        (State.NOTE, "photos", "no camera is fitted: only who has a photo on file gets a card here"),
    ]
    assert said(devices=printer) == [(State.NOTE, "issuing", "a card printer is fitted, and nothing is issued")]
    assert said(issuing=SECTION) == [
        (State.NOTE, "issuing", "no card printer is fitted: cards are applied for, and made elsewhere")
    ]


class _Payer:
    def __init__(self, answers: bool) -> None:
        self._answers = answers

    async def ping(self) -> datetime:
        if not self._answers:
            raise HostUnavailable("refused")
        return datetime.now(UTC)

    async def close(self) -> None:
        pass


def test_the_payer_is_asked_at_its_own_address(configured: Callable[..., Settings]) -> None:
    def asked(answers: bool, **sections: Any) -> list[Finding]:
        def build(settings: Settings) -> Host:
            assert settings.host.url == "https://127.0.0.1:2"
            return cast("Host", _Payer(answers))

        return list(installation.payer_answers(configured(**sections), build))

    assert asked(True) == []
    assert asked(True, issuing=SECTION) == [fine("payer", "https://127.0.0.1:2 answers")]
    (gone,) = asked(False, issuing=SECTION)
    assert (gone.state, gone.found) == (State.MISSING, "https://127.0.0.1:2 does not answer: HostUnavailable")
    assert asked(True, issuing={"hoppers": SECTION["hoppers"]}) == [
        note(
            "payer",
            "none is set; a card that costs something is not made",
            "set issuing.payer_url, unless every card is free here",
        )
    ]
