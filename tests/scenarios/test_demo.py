"""The demonstration, as a newcomer runs it: four citizens, a fleet that watches, a page to read, a summary."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

pytestmark = [pytest.mark.pcsc, pytest.mark.window, pytest.mark.timeout(360)]


STEPS = [
    "opening",
    "applied",
    "photo",
    "accepted",
    "feeding",
    "fed",
    "read",
    "reserving",
    "reserved",
    "written",
    "printing",
    "printed",
    "inspected",
    "compared",
    "committing",
    "committed",
    "pin_set",
    "presenting",
    "presented",
    "collected",
]
"""What the time line must have of an issue that went well, in this order; the last word of a state or of a note."""

ISSUING = [
    "Attract",
    "Notice",
    "Menu",
    "PinEntry",
    "Consent",
    "Menu",
    "Photo",
    "Menu",
    "Confirm",
    "CardPreview",
    "Sign",
    "MakingCard",
    "Menu",
    "PinEntry",
    "MakingCard",
    "TakeNewCard",
    "Printing",
    "TakePaper",
    "Done",
    "Menu",
    "TakeCard",
    "Farewell",
]


def without_repeats(screens: list[str]) -> list[str]:
    """Pages in a row once; those that are too brief to be sure of, left out."""
    seen = [screen for screen in screens if screen != "Working"]
    return [screen for at, screen in enumerate(seen) if at == 0 or seen[at - 1] != screen]


def the_card_was_made_and_is_shown(card: dict[str, Any], folder: Path) -> None:
    assert card["serial"] == "0C000001"
    steps = [step.rpartition(".")[2] for step in card["steps"]]
    assert [step for step in steps if step in STEPS] == STEPS
    assert card["steps"].count("issue.record_verified") == 11
    assert card["chip"] | {"issue_date": "", "valid_until": ""} == {
        "identifier": "*" * 28 + "FE1E",
        "version": "3.00",
        "card_number": "*****0013",
        "issue_date": "",
        "valid_until": "",
        "name": "*晓雨",
        "number": "990***********0027",
        "sex": "2",
        "nation": "01",
        "birthplace": "990101",
        "birth_date": "**********",
        "bank_card_number": "***************0011",
        "pin_tries_left": "6",
    }
    page = (folder / "index.html").read_text(encoding="utf-8")
    for face in card["faces"]:
        assert f'src="{face}"' in page
        with Image.open(folder / face) as picture:
            assert (picture.size, picture.mode) == ((1016, 648), "RGBA")
    assert card["business"] in page
    assert "11 chip records verified" in page
    shown = kiosk("journal", "show", card["business"], "--file", str(folder / "stand" / "state" / "journal.db"))
    assert shown.returncode == 0, shown.stderr
    assert "bound: the card is live" in shown.stdout


def the_far_end_has_it_all(fleet: dict[str, Any], folder: Path) -> None:
    assert fleet["sent"] == fleet["stored"] == sum(fleet["kinds"].values()) > 20
    assert {"device_state", "capabilities", "supplies", "business_outcome", "event"} <= fleet["kinds"].keys()
    assert fleet["alerts"] == [
        {"device": "receipt_printer", "code": "receipt_printer.paper_out", "state": "cleared"},
    ]
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "Seen from afar · 远程监控" in page
    assert list(fleet["pictures"]) == ["glance", "kiosk", "alerts", "phone"]
    for name, file in fleet["pictures"].items():
        assert f'src="{file}"' in page
        with Image.open(folder / file) as picture:
            assert picture.width == (780 if name == "phone" else 1440)
            assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 100  # something is drawn


def kiosk(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "kiosk.cli", *words], capture_output=True, text=True, check=False)


def test_four_citizens_are_served_and_the_report_is_whole(tmp_path: Path) -> None:
    run = kiosk("demo", "--out", str(tmp_path))
    assert run.returncode == 0, run.stderr[-3000:]
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["faults"] == []
    assert [citizen["name"] for citizen in summary["citizens"]] == ["王秀兰", "李建国", "赵敏", "林晓雨"]
    by_card, by_id_card, away, issued = summary["citizens"]
    assert set(by_card) == {"name", "service", "outcome", "seconds", "screens", "receipts"}
    assert by_card["outcome"] == "balances read and printed, card taken"
    assert len(by_card["receipts"]) == 2
    assert by_id_card["outcome"] == "three years of contributions printed, ID card taken"
    assert len(by_id_card["receipts"]) == 1
    assert away["screens"].count("StillThere") == 1
    assert away["receipts"] == []
    assert without_repeats(issued["screens"]) == ISSUING
    assert len(issued["receipts"]) == 1
    the_card_was_made_and_is_shown(issued["card"], tmp_path)
    the_far_end_has_it_all(summary["fleet"], tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    pictures = sorted((tmp_path / "screens").glob("*.png"))
    assert len(pictures) > 40
    assert all(f"screens/{picture.name}" in page for picture in pictures)
    assert all(receipt in page for citizen in summary["citizens"] for receipt in citizen["receipts"])
    assert all((tmp_path / receipt).stat().st_size > 1000 for receipt in by_card["receipts"])
