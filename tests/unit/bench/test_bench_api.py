"""The API and its client, on a bench with real simulators on PTYs."""

import asyncio
from pathlib import Path

import httpx
import pytest
import serial

from devices.bench import server
from devices.bench.client import AsyncBenchClient, BenchClient, BenchRefused, BenchTimeout
from devices.id_reader.sam_v import SamVReader

PEOPLE = Path(server.__file__).parents[2] / "kiosk" / "demo" / "people.toml"
LAYOUT = '[[device]]\nclass = "id-reader"\n[[device]]\nclass = "pin-pad"\n[[device]]\nclass = "receipt-printer"\n'
FIND = bytes.fromhex("AAAAAA9669 0003 2001 22")
FOUND = bytes.fromhex("AAAAAA9669 0008 00009F 00000000 97")
NONE_FOUND = bytes.fromhex("AAAAAA9669 0004 000080 84")


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    (folder / "layout.toml").write_text(LAYOUT, encoding="utf-8")
    with server.bench(server.Settings(folder / "state", PEOPLE, folder / "layout.toml")) as ready:
        yield ready


@pytest.fixture
def bench(ready):
    with BenchClient(ready["bench"]) as client:
        client.reset()
        yield client


def address(ready, device: str) -> str:
    return ready["devices"][device]["at"]


def ask(line: serial.Serial, request: bytes, size: int) -> bytes:
    line.write(request)
    return line.read(size)


def test_a_card_laid_on_the_plate_is_on_the_line(ready, bench):
    with serial.Serial(address(ready, "id-reader"), 115200, timeout=2) as line:
        assert ask(line, FIND, len(NONE_FOUND)) == NONE_FOUND
        assert bench.lay_id_card("li_jianguo") == {"card": "li_jianguo/id", "place": "in:id-reader"}
        assert ask(line, FIND, len(FOUND)) == FOUND
        assert bench.lift_id_card("li_jianguo") == {"card": "li_jianguo/id", "place": "with:li_jianguo"}
        assert ask(line, FIND, len(NONE_FOUND)) == NONE_FOUND


def test_the_whole_person_is_on_the_card(ready, bench):
    bench.lay_id_card("zheng_ji")
    reader = SamVReader(address(ready, "id-reader"))
    reader.open()
    try:
        assert reader.find()
        card = reader.read()
    finally:
        reader.close()
    assert (card.name, card.number, card.valid_until.isoformat()) == ("郑𠮷", "990101197906190078", "2038-04-01")


def test_faults_reach_the_line(ready, bench):
    with serial.Serial(address(ready, "id-reader"), 115200, timeout=0.1) as line:
        shown = bench.set_fault("id-reader", "silent")
        assert shown["faults"]["silent"] == {
            "help": "The device hears nothing and says nothing.",
            "rest": False,
            "value": True,
        }
        assert ask(line, FIND, len(NONE_FOUND)) == b""
        bench.set_fault("id-reader", "silent", False)
        bench.set_fault("id-reader", "find_answer", "41")
        assert ask(line, FIND, len(NONE_FOUND)) == bytes.fromhex("AAAAAA9669 0004 000041 45")


def test_an_unplugged_device_has_no_address_and_comes_back_at_the_same_one(ready, bench):
    bench.set_fault("pin-pad", "absent")
    assert not Path(address(ready, "pin-pad")).exists()
    bench.set_fault("pin-pad", "absent", False)
    assert Path(address(ready, "pin-pad")).exists()


def test_a_planned_fault_comes_by_itself(bench):
    last = bench.events()["last"]
    assert bench.plan_faults([{"at": 0.1, "device": "pin-pad", "fault": "low_battery", "value": True}])[0]["at"] <= 0.1
    told = bench.wait_for(lambda event: event["kind"] == "fault", after=last)
    assert {key: told[key] for key in ("device", "fault", "value")} == {
        "device": "pin-pad",
        "fault": "low_battery",
        "value": True,
    }


def test_drawn_faults_are_the_same_for_the_same_seed(bench):
    drawing = {"seed": 3, "seconds": 600, "per_hour": 60, "devices": ["id-reader"]}
    first, second = bench.draw_faults(**drawing), bench.draw_faults(**drawing)
    assert [(p["device"], p["fault"], p["value"]) for p in first] == [
        (p["device"], p["fault"], p["value"]) for p in second
    ]
    assert {p["device"] for p in first} == {"id-reader"}
    assert bench.plan_faults([]) == []


def test_keys_reach_the_pad_while_it_asks_for_them(ready, bench):
    with serial.Serial(address(ready, "pin-pad"), 9600, timeout=2) as line:
        bench.type("wang_xiulan", "1")
        line.write(frame(b"5033"))
        bench.wait_scene("pin-pad", lambda scene: scene["input"] != "off")
        assert line.read(len(frame(b"\x60"))) == frame(b"\x60")
        assert bench.type("wang_xiulan", own_pin=True, then="enter") == {"pressed": 7}
        assert line.read(7) == b"260317\x0d"


def frame(text: bytes) -> bytes:
    body = b"%03d" % len(text) + text + b"\x03"
    check = 0
    for byte in body:
        check ^= byte
    return b"\x02" + body + b"%02X" % check


def test_paper_is_seen_read_and_torn_off(ready, bench):
    with serial.Serial(address(ready, "receipt-printer"), 9600, timeout=2) as line:
        line.write(b"\x1b@" + "医保账户".encode("gb18030") + b"\n\n\n\x1dV\x00")
        scene = bench.wait_scene("receipt-printer", lambda scene: any(piece["cut"] for piece in scene["outlet"]))
    assert scene["outlet"][0]["lines"][0] == "医保账户"
    assert [(r["number"], r["place"]) for r in bench.receipts()] == [(1, "outlet")]
    torn = bench.tear_off("wang_xiulan")
    assert [(r["place"], r["whole"], r["lines"][0]) for r in torn] == [("with:wang_xiulan", True, "医保账户")]
    assert bench.receipt_png(1).startswith(b"\x89PNG\r\n")


@pytest.mark.parametrize(
    ("status", "words", "act"),
    [
        (409, "there is already a card on the plate", lambda b: (b.lay_id_card("ma_jun"), b.lay_id_card("zhao_min"))),
        (409, "there is no card on the plate", lambda b: b.lift_id_card("ma_jun")),
        (409, "staff has no card of their own", lambda b: b.type("staff", own_pin=True)),
        (404, "there is no card-reader on this bench", lambda b: b.insert_card("ma_jun")),
        (404, "there is no device 'oven'; there are: id-reader, pin-pad, receipt-printer", lambda b: b.device("oven")),
        (404, "there is no receipt 9; there are 0", lambda b: b.receipt_png(9)),
        (409, "id-reader: cards come and go in a person's hands; say who", lambda b: b.act("id-reader", "lift")),
        (404, "pin-pad has no action 'sing'; there are: press, type_keys", lambda b: b.act("pin-pad", "sing")),
        (422, "pin-pad press: missing a required argument: 'key'", lambda b: b.act("pin-pad", "press")),
        (422, "pin-pad: absent must be true or false, not 3", lambda b: b.set_fault("pin-pad", "absent", 3)),
        (422, "id-reader: find_answer: 2 hexadecimal digits, or none",
            lambda b: b.set_fault("id-reader", "find_answer", "4141")),
        (422, "pace: Input should be less than or equal to 10", lambda b: b.type("ma_jun", "1", pace=11)),
    ],
)  # fmt: skip
def test_refusals(bench, status, words, act):
    with pytest.raises(BenchRefused) as refused:
        act(bench)
    assert (refused.value.status, str(refused.value)) == (status, words)


def test_a_refused_request_does_not_repeat_what_was_typed(ready):
    answer = httpx.post(f"{ready['bench']}/people/ma_jun/type", json={"keys": {"pin": "192837"}}, trust_env=False)
    assert answer.status_code == 422
    assert "192837" not in answer.text
    answer = httpx.post(f"{ready['bench']}/people/ma_jun/type", json={"keys": ["1", "9a"]}, trust_env=False)
    assert answer.json()["detail"].startswith("key 2 is not on the pad; there are: 0 1 2")


def test_nobody_waits_in_vain(bench):
    assert bench.events(wait=0.01)["events"] == []
    with pytest.raises(BenchTimeout):
        bench.wait_scene("pin-pad", lambda scene: False, seconds=0.05)


async def test_the_async_client_waits_for_the_same_things(ready, bench):
    async with AsyncBenchClient(ready["bench"]) as client:
        last = (await client.events())["last"]
        waiting = asyncio.create_task(client.wait_for(lambda event: event["kind"] == "card", after=last))
        await client.lay_id_card("ma_jun")
        assert (await waiting)["place"] == "in:id-reader"
        scene = await client.wait_scene("id-reader", lambda scene: scene["card"] is not None)
        assert scene["card"]["name"] == "*军"


def test_everyone_and_everything_is_shown_without_a_pin(ready, bench):
    shown = bench.people()
    assert [p["key"] for p in shown][:2] == ["wang_xiulan", "li_jianguo"]
    assert shown[0]["social_card"] == {"card": "wang_xiulan/social", "place": "with:wang_xiulan"}
    assert "260317" not in str(shown)
    device = bench.device("pin-pad")
    assert (device["class"], device["model"], device["url"]) == ("pin-pad", "zt598", address(ready, "pin-pad"))
    assert device["actions"]["press"] == {"label": "Press a key", "arguments": {"key": "str"}}


def test_the_api_describes_itself(ready):
    described = httpx.get(f"{ready['bench']}/openapi.json", trust_env=False).json()
    bare = [
        f"{method} {path}"
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if not (operation.get("description") or operation.get("summary"))
    ]
    assert bare == []
    refusals = described["paths"]["/people/{person}/insert-card"]["post"]["responses"]
    assert {"200", "404", "409", "422"} <= set(refusals)
