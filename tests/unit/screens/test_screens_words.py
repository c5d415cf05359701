"""The language files are complete, agree with one another and with every key the code names."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.host.port import RefusalCode, Scheme
from screens.locale.catalogue import Catalogue, Message, MissingArgument, MissingWords, WordsError
from screens.locale.formats import Words, day, money, month
from screens.widgets.icons import ICONS
from statemachines import views

ROOT = Path(__file__).parents[3]
CATALOGUE = Catalogue.load()


def said_in_code() -> list[tuple[str, str, frozenset[str] | None]]:
    """Where, key, names of the arguments of every ``Say`` in the controller and the charts.

    A key that is put together ends in ``*``; arguments that are put together are None.
    """
    found = []
    for room in ("kiosk", "statemachines"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                    name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                    if name == "Say" and node.args:
                        where = f"{path.relative_to(ROOT)}:{node.lineno}"
                        found += [(where, key, _places(node)) for key in _keys(node.args[0])]
    return found


def _keys(node: ast.expr) -> list[str]:
    match node:
        case ast.Constant(value=str(key)):
            return [key]
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]):
            return [f"{start}*"]
        case ast.IfExp():
            return _keys(node.body) + _keys(node.orelse)
    return []


def _places(call: ast.Call) -> frozenset[str] | None:
    arguments = call.args[1] if len(call.args) > 1 else next((word.value for word in call.keywords), None)
    if arguments is None:
        return frozenset()
    if isinstance(arguments, ast.Dict) and all(isinstance(key, ast.Constant) for key in arguments.keys):
        return frozenset(str(key.value) for key in arguments.keys if isinstance(key, ast.Constant))
    return None


def test_every_language_has_every_key() -> None:
    assert CATALOGUE.languages == ("zh", "en")
    assert CATALOGUE.keys("zh") == CATALOGUE.keys("en")


def test_every_language_has_the_same_places() -> None:
    different = {
        key: (CATALOGUE.message("zh", key).places, CATALOGUE.message("en", key).places)
        for key in CATALOGUE.keys("zh")
        if CATALOGUE.message("zh", key).places != CATALOGUE.message("en", key).places
    }
    assert different == {}


def test_every_key_said_by_the_code_has_words() -> None:
    keys = CATALOGUE.keys("zh")
    said = said_in_code()
    assert len(said) > 50
    missing = {
        key: where
        for where, key, _ in said
        if not (any(known.startswith(key[:-1]) for known in keys) if key.endswith("*") else key in keys)
    }
    assert missing == {}


def test_every_place_is_given_a_value_by_the_code() -> None:
    keys = CATALOGUE.keys("zh")
    wrong = {
        where: (key, places, CATALOGUE.message("zh", key).places)
        for where, key, places in said_in_code()
        if key in keys and places is not None and places != CATALOGUE.message("zh", key).places
    }
    assert wrong == {}


def test_every_icon_named_by_the_code_is_drawn() -> None:
    services = tomllib.loads((ROOT / "kiosk/catalogue/services.toml").read_text("utf-8"))
    named = set(re.findall(r"icon = \"(\w+)\"", (ROOT / "kiosk/catalogue/services.toml").read_text("utf-8")))
    for path in (ROOT / "kiosk").rglob("*.py"):
        named |= set(re.findall(r"\bicon=\"(\w+)\"", path.read_text("utf-8")))
    assert services
    assert len(named) > 5
    assert named | {scheme.value for scheme in Scheme} <= set(ICONS)


@pytest.mark.parametrize("prefix", ["scheme", "refusal"])
def test_every_code_of_the_host_has_words(prefix: str) -> None:
    codes = {"scheme": Scheme, "refusal": RefusalCode}[prefix]
    assert {f"{prefix}.{code.value}" for code in codes} <= CATALOGUE.keys("zh")


def test_chinese_is_chinese_and_english_is_english() -> None:
    others = {"frame.language"}  # written in the language it leads to
    chinese = re.compile(r"[\u4e00-\u9fff]")
    words = {key for key in CATALOGUE.keys("zh") if not key.startswith("fault.") and key not in others}
    assert [key for key in words if any(map(chinese.search, CATALOGUE.message("en", key).forms))] == []
    bare = {"where.place"}
    assert [key for key in words - bare if not chinese.search(CATALOGUE.message("zh", key).forms[0])] == []


def test_missing_words_and_arguments_are_loud() -> None:
    with pytest.raises(MissingWords):
        CATALOGUE.say("zh", "no.such.key")
    with pytest.raises(MissingWords):
        CATALOGUE.say("fr", "frame.back")
    with pytest.raises(MissingArgument) as missing:
        CATALOGUE.say("en", "menu.greeting", nome="王**")
    assert "王" not in str(missing.value)
    with pytest.raises(MissingArgument):
        CATALOGUE.say("en", "pin.tries_left")


def test_a_message_without_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "zh.po").write_text(
        'msgid ""\nmsgstr "Plural-Forms: nplurals=1; plural=0;\\n"\n\nmsgid "a.b"\nmsgstr ""\n'
    )
    with pytest.raises(WordsError, match=r"a\.b"):
        Catalogue.load(tmp_path, faults=None)


def test_faults_bring_their_own_words(tmp_path: Path) -> None:
    table = tmp_path / "faults.toml"
    table.write_text(
        "[receipt_printer.paper_out]\n"
        'citizen = { zh = "没有纸了", en = "No paper" }\n'
        'staff = { zh = "装纸", en = "Load a roll" }\n'
    )
    catalogue = Catalogue.load(faults=table)
    assert catalogue.say("zh", "fault.receipt_printer.paper_out") == "没有纸了"
    assert catalogue.say("en", "fault.receipt_printer.paper_out.staff") == "Load a roll"


def test_english_plurals() -> None:
    assert CATALOGUE.say("en", "pin.tries_left", count=1) == "1 try left"
    assert CATALOGUE.say("en", "pin.tries_left", count=6) == "6 tries left"
    assert CATALOGUE.say("zh", "pin.tries_left", count=6) == "还可以输 6 次"


def test_values_are_written_in_the_language() -> None:
    chinese, english = Words(CATALOGUE, "zh"), Words(CATALOGUE, "en")
    assert chinese.write(views.Fen(123456)) == english.write(views.Fen(123456)) == "￥1,234.56"
    assert chinese.write(views.Day("2026-11-22")) == "2026年11月22日"
    assert english.write(views.Day("2026-11-22")) == "22 November 2026"
    assert chinese.write(views.Month("2026-03")) == "2026年3月"
    assert english.write(views.Month("2026-03")) == "March 2026"
    assert english.write(views.Number(1, "unit.months")) == "1 month"
    assert english.write(views.Number(2024)) == "2024"
    assert english.write(views.Verbatim("X0000****")) == "X0000****"
    scheme = views.Say("years.title", {"scheme": views.Say("scheme.pension")})
    assert chinese.write(scheme) == "养老保险缴费记录"
    assert english.write(views.Say("pin.tries_left", {"count": views.Number(2)})) == "2 tries left"


@pytest.mark.parametrize(
    ("fen", "written"),
    [(0, "￥0.00"), (5, "￥0.05"), (123456, "￥1,234.56"), (100000000, "￥1,000,000.00"), (-120, "-￥1.20")],
)
def test_money(fen: int, written: str) -> None:
    assert money(fen) == written


@given(st.integers(min_value=-(10**17), max_value=10**17))
def test_money_reads_back(fen: int) -> None:
    written = money(fen)
    digits = int("".join(character for character in written if character.isdigit()))
    assert (-digits if written.startswith("-") else digits) == fen


@pytest.mark.parametrize(("write", "text"), [(day, "2026-13-01"), (month, "2026")])
def test_dates_that_are_none(write: object, text: str) -> None:
    assert callable(write)
    with pytest.raises(ValueError):
        write("zh", text)


def test_a_message_knows_its_places() -> None:
    assert Message(("{count} of {total}", "{count}")).places == {"count", "total"}
