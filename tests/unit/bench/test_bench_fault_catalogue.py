"""The catalogue is whole: every fault raised is described, every fault described is raised, mistakes are located."""

import ast
from pathlib import Path

import pytest

from devices import fault_catalogue
from devices.fault_catalogue import Action, Capability, Fault, FaultCatalogueError, Severity, Words

DEVICES = Path(fault_catalogue.__file__).parent

GOOD = """
[pump.dry]
severity = "warning"
action = "clear"
loses = ["print", "identify-card"]
citizen = { zh = "暂时没有水。", en = "There is no water at the moment." }
staff = { zh = "请加水。", en = "Fill it up." }
"""


def load(tmp_path: Path, text: str):
    path = tmp_path / "faults.toml"
    path.write_text(text, encoding="utf-8")
    return fault_catalogue.load(path)


def test_an_entry_is_read(tmp_path):
    assert load(tmp_path, GOOD) == {
        "pump.dry": Fault(
            code="pump.dry",
            severity=Severity.WARNING,
            action=Action.CLEAR,
            loses=frozenset({Capability.PRINT, Capability.IDENTIFY_CARD}),
            citizen=Words("暂时没有水。", "There is no water at the moment."),
            staff=Words("请加水。", "Fill it up."),
        )
    }


def test_words_in_a_language(tmp_path):
    fault = load(tmp_path, GOOD)["pump.dry"]
    assert (fault.staff.in_language("zh"), fault.staff.in_language("en")) == ("请加水。", "Fill it up.")


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ('"warning"', '"loud"', ":2: [pump.dry] severity: 'loud' is none of notice, warning, critical"),
        ('action = "clear"\n', "", ":2: [pump.dry] action: is missing"),
        ('"identify-card"', '"fly"', ":2: [pump.dry] loses: 'fly' is none of query, print, issue, pay, "),
        ("loses = [", "lose = [", ":2: [pump.dry] loses: is missing"),
        ('en = "Fill it up."', 'en = " "', ":2: [pump.dry] staff.en: must be words"),
        (', en = "Fill it up."', "", ":2: [pump.dry] staff: must hold zh and en, and nothing else"),
        ("severity =", "volume = 3\nseverity =", ":2: [pump.dry] volume: no such field"),
        ("[pump.dry]", "[pump.Dry]", ":2: [pump.Dry] the code must be class.fault"),
        ("[pump.dry]", "[pump", ": Expected ']' at the end of a table declaration (at line 2"),
    ],
)
def test_a_mistake_names_file_line_entry_and_field(tmp_path, was, becomes, message):
    with pytest.raises(FaultCatalogueError) as error:
        load(tmp_path, GOOD.replace(was, becomes))
    assert str(error.value).startswith(f"{tmp_path}/faults.toml{message}")


def codes_used() -> set[str]:
    """Every literal of the form ``class.fault`` in the drivers, where ``class`` is one the catalogue has."""
    classes = {code.partition(".")[0] for code in fault_catalogue.load()}
    used: set[str] = set()
    for source in DEVICES.glob("*/**/*.py"):
        if source.relative_to(DEVICES).parts[0] == "bench":
            continue
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                word = node.value
                if fault_catalogue._CODE.fullmatch(word) and word.partition(".")[0] in classes:
                    used.add(word)
    return used


def test_faults_used_and_faults_described_are_the_same():
    assert codes_used() == set(fault_catalogue.load())
