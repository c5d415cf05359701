"""The page's words: complete in both languages, and every device and refusal told in them."""

import string
import tomllib
from pathlib import Path

import pytest

from devices import registry
from devices.bench import hands
from devices.bench.line import LINE_FAULTS
from devices.bench.page import words as words_module
from devices.bench.page.states import state
from devices.bench.page.words import Words
from devices.card_printer.simulator.mechanism import Place
from devices.simulation import FaultSwitch

FOLDER = Path(words_module.__file__).parent
PAGE = tomllib.loads((FOLDER / "words.toml").read_text(encoding="utf-8"))
FAULTS = tomllib.loads((FOLDER / "fault_words.toml").read_text(encoding="utf-8"))
ZH, EN = Words("zh"), Words("en")
READER = {"card": {"number": "0019", "blocked": False}, "powered": False}
CARDS = {"cards": 20}
CARD_PRINTER = {
    "powered": True,
    "card": None,
    "printing": False,
    "hoppers": [CARDS, {"cards": 3}],
    "reject_box": [],
    "holding_slot": [],
    "ribbon": {"left": 198},
    "cover": "closed",
}
DISPENSER = {"powered": True, "card": {"place": "bezel"}, "hoppers": [CARDS], "reject_box": [{}]}
PRINTER = {"paper": "full", "cover": "closed", "cutter": "ok", "printing": False, "outlet": []}


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_each_word_is_there_in_both_languages_with_the_same_blanks() -> None:
    for section, entries in PAGE.items():
        for name, said in entries.items():
            assert set(said) == {"zh", "en"}, f"{section}.{name}"
            assert blanks(said["zh"]) == blanks(said["en"]), f"{section}.{name}"


@pytest.mark.parametrize(
    ("device_class", "model"),
    [(c, m) for c, models in registry.CLASSES.items() if c in FAULTS for m in models if models[m].simulator],
)
def test_each_fault_has_its_words_in_both_languages(device_class: str, model: str) -> None:
    module, _, name = registry.CLASSES[device_class][model].simulator.partition(":")
    simulator = getattr(__import__(module, fromlist=[name]), name)
    known = {**FAULTS["line"], **FAULTS[device_class]}
    assert [s.name for s in (*LINE_FAULTS, *simulator.FAULTS) if s.name not in known] == []


def test_the_chip_contacts_faults_go_by_the_card_readers_words() -> None:
    mute = FaultSwitch("mute", "The chip gives no answer to any command.")
    assert ZH.fault("chip-contact", mute) == ZH.fault("card-reader", mute) == "芯片不回答"


@pytest.mark.parametrize("place", Place)
def test_a_card_is_told_wherever_it_is(place: Place) -> None:
    if place is not Place.NOWHERE:
        assert f"card_{place}" in PAGE["state"]


def test_a_fault_that_is_new_here_is_told_in_the_simulators_own_words() -> None:
    switch = FaultSwitch("very_new", "It does something new.")
    assert ZH.fault("ups", switch) == "Very new"
    assert ZH.fault_help("ups", switch) == "It does something new."


def test_a_fault_of_the_device_goes_before_one_of_the_line_with_the_same_name() -> None:
    absent = FaultSwitch("absent", "The reader is gone: its PC/SC service has died.")
    assert ZH.fault_help("card-reader", absent) == "读卡器不见了：读卡服务停止了。"
    assert ZH.fault_help("pin-pad", absent) == "设备的线被拔掉了，机器找不到它。"


@pytest.mark.parametrize("place", hands.CARD_PLACES.values())
def test_each_refusal_of_a_hand_has_chinese_words(place: hands.CardPlace) -> None:
    assert {place.full, place.empty} <= set(PAGE["refusal"])


def test_a_refusal_is_a_sentence_also_when_a_device_says_it() -> None:
    assert ZH.refusal("there is no card in the reader") == "没有做成：读卡器里没有卡。"
    assert EN.refusal("id-reader: it is asleep") == "That did not work: id-reader: it is asleep."


@pytest.mark.parametrize(
    ("device_class", "scene", "zh", "en"),
    [
        ("card-reader", {"card": None}, "空着，没有卡", "Empty, no card"),
        ("card-reader", READER, "有卡，尾号 0019", "Holds a card ending in 0019"),
        (
            "card-reader",
            {**READER, "place": "gate, held", "light": "blinking", "retained": ["0027"]},
            "卡在入口，尾号 0019，回收箱里有 1 张，灯闪",
            "A card ending in 0019 at the gate, 1 in the bin, light blinking",
        ),
        ("id-reader", {"card": {}, "read": True}, "放着一张证，已读过", "A card lies on it and was read"),
        ("camera", {"person": None}, "前面没有人", "Nobody before it"),
        ("camera", {"person": "wang"}, "前面坐着人", "Somebody sits before it"),
        ("pin-pad", {"input": "pin", "typed": 3}, "在等按键，已按 3 位", "Waiting for keys, 3 typed"),
        ("pin-pad", {"input": "off", "typed": 0}, "待用，不收按键", "Resting, takes no keys"),
        ("receipt-printer", PRINTER, "纸充足", "Plenty of paper"),
        (
            "receipt-printer",
            {**PRINTER, "paper": "out", "cover": "open", "cutter": "jammed", "outlet": [{}]},
            "没有纸，盖子开着，切刀卡住，出口有 1 张",
            "Out of paper, cover open, cutter stuck, 1 at the outlet",
        ),
        (
            "card-printer",
            CARD_PRINTER,
            "通道里没有卡，卡箱 20、3 张，色带还能印 198 面",
            "No card on its way, 20 + 3 in the hoppers, ribbon for 198 sides",
        ),
        (
            "card-printer",
            {**CARD_PRINTER, "card": {"place": "print"}, "printing": True, "holding_slot": [{}], "ribbon": {"left": 9}},
            "卡在打印头下，正在打印，卡箱 20、3 张，暂存 1 张，色带还能印 9 面",
            "A card under the print head, printing, 20 + 3 in the hoppers, 1 in the holding slot, ribbon for 9 sides",
        ),
        (
            "card-printer",
            DISPENSER,
            "卡在出卡口，等人取，卡箱 20 张，废卡箱 1 张",
            "A card held out, 20 in the hoppers, 1 in the reject box",
        ),
        ("card-printer", {**CARD_PRINTER, "powered": False}, "没有电", "No power"),
        ("chip-contact", READER, "接着一个芯片", "A chip is on it"),
        ("chip-contact", {"card": None}, "上面没有芯片", "No chip on it"),
        (
            "lamp",
            {"powered": False, "colour": "red", "parts": []},
            "not powered，colour red",
            "not powered, colour red",
        ),
    ],
)
def test_a_device_is_told_in_words(device_class: str, scene: dict[str, object], zh: str, en: str) -> None:
    assert state(device_class, scene, ZH) == zh
    assert state(device_class, scene, EN) == en
