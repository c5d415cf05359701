"""What the demonstration's page says of a card that was made, and how a finger draws."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from kiosk.clock import ManualClock
from kiosk.demo import made_card, report_card
from kiosk.demo.glass import _way
from kiosk.demo.made_card import MadeCard, masked
from kiosk.journal.business_number import BusinessNumber
from kiosk.journal.store import Journal
from kiosk.journal.timeline import Moment, With

CHIP = {
    "identifier": "990100D1560000050C00000160CFFE1E",
    "version": "3.00",
    "card_number": "Z00000013",
    "holder": {"name": "林晓雨", "number": "990101200506180027", "sex": "2", "birth_date": "2005-06-18"},
    "bank_card_number": None,
    "pin_tries_left": 6,
    "something_new": "secret",
}


def moment(seconds: float, step: str, words: str, result: str = "", took: float | None = None) -> Moment:
    return Moment(seconds, step, words, With.CHIP, "0C000001", result, took, {})


async def test_the_time_line_is_read_again_when_the_other_process_has_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_card, "TOLD_WITHIN", 30.0)
    monkeypatch.setattr(made_card, "READ_AGAIN", 60_000)
    journal = Journal(tmp_path / "journal.db", ManualClock(), "K0001")
    number = journal.new_business()
    journal.note(number, "issue.read", {"serial": "0C000001"})
    message = journal.outbox.add("issue_advise", {"business": number}, f"{number}/advise_collected/1")
    read, reads = made_card._time_line, []

    def noted(*words: Any) -> Any:
        reads.append(read(*words))
        return reads[-1]

    monkeypatch.setattr(made_card, "_time_line", noted)
    told = asyncio.create_task(made_card._told(tmp_path / "journal.db", "0C000001"))
    while not reads:
        await asyncio.wait([told], timeout=0.05)
    journal.outbox.sent(message)
    while not told.done():
        journal.note(journal.new_business(), "meanwhile")
        await asyncio.wait([told], timeout=0.05)
    business, moments = await told
    assert (business, [each.result for each in moments]) == (number, ["", "sent"])
    journal.close()


def test_the_chip_is_masked_and_what_is_unknown_is_hidden() -> None:
    assert dict(masked(CHIP)) == {
        "identifier": "*" * 28 + "FE1E",
        "version": "3.00",
        "card_number": "*****0013",
        "name": "*晓雨",
        "number": "990***********0027",
        "sex": "2",
        "birth_date": "**********",
        "bank_card_number": "",
        "pin_tries_left": "6",
        "something_new": "******",
    }


def test_records_in_a_row_are_one_moment_and_nothing_is_said_twice() -> None:
    moments = [
        moment(0.0, "in_service.session.making.writing", "chip written", "written", 0.5),
        moment(0.1, "issue.record_verified", "chip record verified"),
        moment(0.3, "issue.record_verified", "chip record verified"),
        moment(0.6, "in_service.session.making.committing", "bound at the host", "committed", 0.1),
        moment(0.6, "issue.committing", "bound at the host"),
        moment(0.7, "issue.committed", "bound: the card is live"),
    ]
    assert [(each.words, each.took) for each in report_card.brief(moments)] == [
        ("chip written", 0.5),
        ("2 chip records verified", 0.2),
        ("bound at the host", 0.1),
        ("bound: the card is live", None),
    ]


def test_an_outcome_is_shown_even_where_the_words_are_the_same() -> None:
    moments = [moment(0.0, "issue_advise", "tell", "sent", 0.1), moment(0.1, "issue_advise", "tell", "sent", 0.1)]
    assert [*report_card.brief(moments)] == moments


def test_nothing_of_it_is_taken_for_html(tmp_path: Path) -> None:
    faces = (tmp_path / "front.png", tmp_path / "back.png")
    odd = moment(0.0, "<b>", "<i>", "<u>", 0.0)
    page = report_card.section(
        MadeCard("0C000001", BusinessNumber("<n>"), faces, {"<k>": "<v>"}, (odd,)), "<p>", tmp_path
    )
    assert not [tag for tag in ("<b>", "<i>", "<u>", "<n>", "<k>", "<v>", "<p>") if tag in page]
    assert 'src="front.png"' in page


def test_a_finger_goes_down_along_all_points_and_up() -> None:
    words = _way([(100, 100), (130, 100), (130, 90)])
    moves = [(int(words[at + 1]), int(words[at + 2])) for at, word in enumerate(words) if word == "mousemove"]
    assert moves == [(100, 100), (115, 100), (130, 100), (130, 90)]
    down, up = words.index("mousedown"), words.index("mouseup")
    assert words.index("mousemove") < down < words.index("mousemove", down) < up == len(words) - 2
