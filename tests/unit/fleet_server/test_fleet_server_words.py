"""The console's words: every key that is used is there, and every word of the wire that people meet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from devices.contract import DeviceState
from devices.fault_catalogue import Capability
from kiosk.catalogue import services
from kiosk.fleet.access.roles import Role
from kiosk.fleet.console import machine, pieces, telling, words
from kiosk.fleet.desk.shapes import Standing
from kiosk.fleet.messages import KINDS, EventName, Result
from kiosk.fleet.orders import CommandState, Refusal
from kiosk.fleet.verbs import VERBS
from kiosk.health.visits import BEFORE_ANY

CONSOLE = Path(words.__file__).parent
KEYS = {f"{section}.{name}": entry for section, entries in words.document().items() for name, entry in entries.items()}


def test_every_key_that_is_used_is_there() -> None:
    used: set[str] = set()
    for file in CONSOLE.glob("*.py"):
        used |= set(re.findall(r'words\(\s*f?"([a-z_]+\.[a-z_]+)"', file.read_text(encoding="utf-8")))
    assert len(used) > 80
    assert used - KEYS.keys() == set()


def test_both_languages_say_everything_with_the_same_blanks() -> None:
    for key, entry in KEYS.items():
        assert set(entry) == {"zh", "en"}, key
        blanks = {language: set(re.findall(r"{(\w+)}", entry[language])) for language in ("zh", "en")}
        assert blanks["zh"] == blanks["en"], key
        if key != "frame.other_language":
            assert not re.search(r"[\u4e00-\u9fff]", entry["en"]), key


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("role", list(Role)),
        ("standing", list(Standing)),
        ("capability", list(Capability)),
        ("state", list(DeviceState)),
        ("command", list(VERBS)),
        ("command", sorted({name for verb in VERBS.values() for name in verb.arguments})),
        ("progress", [*CommandState, "proposed", "ready", "expired", "withdrawn"]),
        ("refusal", list(Refusal)),
        ("event", list(EventName)),
        ("told", list(Result)),
        ("alert", ["opened", "acknowledged", "escalated", "cleared"]),
        ("ticket", ["open", "working", "closed", "low", "normal", "high"]),
        ("severity", ["notice", "warning", "critical"]),
        ("device", ["use", "stock", "workbench", "application", "commands", "telemetry", "service", "cabinet"]),
        ("device", ["activity", "view", "event_loop"]),
        ("journal", list(KINDS)),
        ("service", [BEFORE_ANY, *(each.id for each in services.load())]),
        ("part", list(machine.PARTS)),
        ("unit", ["hopper", "reject-box", "holding-slot", "bin"]),
    ],
)
def test_every_word_of_the_wire_has_words(section: str, names: list[str]) -> None:
    assert [name for name in names if f"{section}.{name}" not in KEYS] == []


def test_how_long_is_told_exactly_enough() -> None:
    en = words.Words("en")
    told = [en.length(each) for each in (0, 45_000, 150_000, 3_599_999, 5_400_000, 7_200_000_000)]
    assert told == ["0 s", "45 s", "2 min", "59 min", "1.5 h", "2,000.0 h"]
    shares = [en.share(each) for each in (None, 1.0, 0.99999, 0.995, 0.57, 0.0)]
    assert shares == ["–", "100.00 %", "99.99 %", "99.50 %", "57.00 %", "0.00 %"]


def test_only_the_words_of_a_known_fault_are_what_citizens_are_told() -> None:
    codes = ("fleet.silent", "card_reader.never_heard_of", "receipt_printer.paper_out")
    assert [pieces.of_the_fleet(each) for each in codes] == [True, True, False]


def test_what_a_kiosk_tells_becomes_a_sentence() -> None:
    zh, en = words.Words("zh"), words.Words("en")
    device = {"kind": "receipt_printer", "state": "online", "fault": "receipt_printer.paper_out"}
    assert telling.sentence(zh, "device_state", device) == "凭条打印机：凭条纸用完了，其他业务照常办理。"
    outcome = {"service": "issue", "result": "abandoned", "step": "consent"}
    assert telling.sentence(en, "business_outcome", outcome) == "Card issue: left (consent)"
    event = {"event": "door_opened", "facts": {"door": "vault", "exchange": False}}
    assert telling.sentence(zh, "event", event) == "机门打开（卡库门 · 不在装卸期间）"
    assert telling.sentence(zh, "counters", {"values": {}}) == ""
