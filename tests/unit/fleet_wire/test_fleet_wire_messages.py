"""The messages of the wire: whole after a round trip, and no bytes upset the reader."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.fleet import messages, orders, subjects, verbs
from kiosk.fleet.messages import DeviceState, Event, EventName, Heartbeat, Software, Storage, Telemetry, Unreadable

TELEMETRY = Telemetry(
    kiosk="K0001",
    journal="00c0ffee",
    sequence=7,
    boot="00000001",
    happened_at=1_700_000_000_000,
    sent_at=1_700_000_000_100,
    body=DeviceState(
        device="card_printer",
        kind="card_printer",
        state="online",
        words={"media": "notPresent"},
        storage=(Storage(unit="hopper-1", kind="dispense", level="low", count=9, threshold=10, bank="example_bank"),),
    ),
)
HEARTBEAT = Heartbeat(
    kiosk="K0001",
    boot="00000001",
    number=1,
    journal="00c0ffee",
    sequence=7,
    sent_at=1_700_000_000_100,
    uptime=30,
    software=Software(version="0.1.0"),
    works=("query", "identify-card"),
)


def test_telemetry_comes_back_as_it_went() -> None:
    assert messages.decode(Telemetry, messages.encode(TELEMETRY)) == TELEMETRY
    assert TELEMETRY.message_id == "K0001-00c0ffee-7"


def test_heartbeat_is_small() -> None:
    data = messages.encode(HEARTBEAT)
    assert messages.decode(Heartbeat, data) == HEARTBEAT
    assert len(data) < 300


@given(st.binary())
def test_random_bytes_are_unreadable_and_nothing_else(data: bytes) -> None:
    for kind in (Telemetry, Heartbeat, orders.Command, orders.CommandReply):
        with pytest.raises(Unreadable):
            messages.decode(kind, data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_unreadable_and_nothing_else(value: object) -> None:
    with pytest.raises(Unreadable):
        messages.decode(Telemetry, msgspec.json.encode(value))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kiosk", "K0001\n"),
        ("kiosk", "*"),
        ("sequence", 0),
        ("sequence", -1),
        ("happened_at", 10**15),
        ("version", 2),
        ("body", {"type": "person", "name": "x"}),
        ("holder", "x"),
        ("body", {"type": "event", "event": "door_opened", "facts": {"door": "a\x00b"}}),
    ],
)
def test_a_wrong_field_is_told_by_name_without_its_value(field: str, value: object) -> None:
    raw = msgspec.json.decode(messages.encode(TELEMETRY)) | {field: value}
    with pytest.raises(Unreadable) as caught:
        messages.decode(Telemetry, msgspec.json.encode(raw))
    assert field in str(caught.value) or "Invalid value" in str(caught.value)


@pytest.mark.parametrize(("day", "is_one"), [("2026-12-31", True), ("2026-02-30", False), ("2026-19-39", False)])
def test_a_day_is_one_of_the_calendar(day: str, is_one: bool) -> None:
    paper = {"supply": "paper", "unit": "sheets", "left": 3, "empty_on": day}
    told = msgspec.json.encode({"type": "supplies", "supplies": [paper]})
    if is_one:
        assert messages.decode(messages.Supplies, told).supplies[0].empty_on == day
        return
    with pytest.raises(messages.Unreadable):
        messages.decode(messages.Supplies, told)


@pytest.mark.parametrize(
    ("kind", "field", "most"),
    [(messages.DeviceState, "faults", 64), (messages.Capabilities, "banks", 64), (messages.Counters, "values", 4096)],
)
def test_no_message_holds_more_than_any_machine_has(kind: type[messages.Message], field: str, most: int) -> None:
    bases: dict[type[messages.Message], dict[str, object]] = {
        messages.DeviceState: {"type": "device_state", "device": "camera", "kind": "camera", "state": "online"},
        messages.Capabilities: {"type": "capabilities", "works": []},
        messages.Counters: {"type": "counters"},
    }

    def holding(count: int) -> messages.Message:
        names = [f"a{number}" for number in range(count)]
        value: object = dict.fromkeys(names, 1) if field == "values" else names
        return messages.decode(kind, msgspec.json.encode({**bases[kind], field: value}))

    assert len(getattr(holding(most), field)) == most
    with pytest.raises(Unreadable):
        holding(most + 1)


def test_kinds_are_the_tags() -> None:
    for kind, struct in messages.KINDS.items():
        assert struct.__struct_config__.tag == kind


def test_subjects_name_the_kiosk_in_their_third_token() -> None:
    for subject in (
        subjects.telemetry("K0001", "event"),
        subjects.heartbeat("K0001"),
        subjects.command("K0001"),
        subjects.reply("K0001"),
    ):
        assert subjects.kiosk_of(subject) == "K0001"
    with pytest.raises(ValueError, match="not a subject"):
        subjects.kiosk_of("other.K0001")


@pytest.mark.parametrize(
    ("verb", "arguments", "wrong"),
    [
        ("test_device", {"device": "camera"}, ""),
        ("test_device", {}, "device: is missing"),
        ("test_device", {"device": 3}, "device: must be str"),
        ("page_attendant", {"device": "x"}, "device: no such argument"),
        ("send_logs", {"lines": True}, "lines: must be int"),
        ("send_logs", {"lines": 0}, "lines: must be from 1 to 20000"),
    ],
)
def test_arguments_of_verbs(verb: str, arguments: dict[str, messages.Fact], wrong: str) -> None:
    assert verbs.wrong_arguments(verbs.VERBS[verb], arguments) == wrong


def test_an_event_without_facts_says_only_its_name() -> None:
    assert messages.encode(Event(event=EventName.STARTED)) == b'{"type":"event","event":"started"}'
