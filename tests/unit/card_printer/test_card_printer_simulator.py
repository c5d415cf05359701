"""What the simulated printer says, and how it moves a card."""

from __future__ import annotations

import pytest
from card_printer_simulator_rig import ONE, path, printer, say

from devices.card_printer.evolis.job import first_part, second_part
from devices.card_printer.simulator.mechanism import Place

# -- what it says ------------------------------------------------------------------------------------------------------


def test_a_status_poll_is_no_byte_at_all() -> None:
    assert say(printer(), "") == ("", set(), 0)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Rtp", "Evolis KC Prime"),
        ("Rtp;d", "32"),
        ("Rcim", "FEEDER (F)"),
        ("Rcem", "BEZEL (I)"),
        ("Rcrm", "ERROR (R)"),
        ("Rkc;M", "1"),
        ("Rbc;A", "R"),
        ("Rbc;D", "30"),
        ("Rem;1", "0"),
        ("Rrt;progress", "0"),
        ("Pcim;I", "OK"),
        ("Pcim;Z", "ERROR PARAMETRES"),
        ("Pkc;M;2", "ERROR PARAMETRES"),
        ("Rvtods", "ERROR CDE"),
    ],
)
def test_answers(question: str, answer: str) -> None:
    assert say(printer(), question)[0] == answer


def test_what_the_makers_client_reads_of_ribbon_and_cleaning() -> None:
    line = printer(ribbon_left=150)
    told = dict(row.split(": ") for row in say(line, "Rrt;all")[0].splitlines())
    assert {key: told[key] for key in ("label", "qty", "count")} == {"label": "YMCKO", "qty": "200", "count": "150"}
    assert set(told) == {"label", "zone", "type", "ref", "qty", "count", "progress", "date", "evosn", "m3", "k7"}
    assert say(line, "Rco;card")[0].startswith("inserted_head: 0\nrem_advised: 1000\nmandatory: ")
    assert say(line, "Rco;clean")[0].startswith("last_periodic: 0\nperiodic_global: 0\nadvanced_global: ")


def test_a_session_is_shown_and_runs_out() -> None:
    line = printer()
    say(line, "Psid;4660;45")
    assert say(line, "")[2] == 4660
    line.pass_time(44)
    assert say(line, "")[2] == 4660
    line.pass_time(2)
    assert say(line, "")[2] == 0


def test_on_a_terminal_the_end_of_a_request_is_its_00() -> None:
    line = printer()
    line.has_connections = False
    line.simulator.received(b"\x1bRtp;d\r\0\x1bRf")
    line.simulator.received(b"v\r\0")
    assert bytes(line._reply).count(b"\x10\x88") == 2
    assert bytes(line._reply).startswith(b"32\0")


# -- motions -----------------------------------------------------------------------------------------------------------


def test_the_way_of_a_card_by_the_page_s_commands() -> None:
    line = printer()
    assert say(line, "Si")[:2] == ("OK", {"CARD_PRINT"})
    assert say(line, "Sis")[:2] == ("OK", {"CARD_SMART", "ENCODING_RUNNING"})
    assert say(line, "Sic")[:2] == ("OK", {"CARD_CONTACTLESS"})
    assert say(line, "Pbc;A;D")[0] == "OK"
    assert say(line, "Sce")[:2] == ("OK", {"BEZEL_CARD_OUTSIDE"})
    assert line.simulator.take_card()["serial"] == "9901000001"
    assert say(line, "")[1] == set()
    assert say(line, "Sis")[:2] == ("OK", {"CARD_SMART", "ENCODING_RUNNING"})
    assert say(line, "Ser")[:2] == ("OK", set())
    assert say(line, "Seb")[0] == "ERROR CARD"
    assert say(line, "Sie")[:2] == ("OK", {"BEZEL_CARD_OUTSIDE"})
    assert [card.serial for card in line.simulator.mechanism.rejected] == ["9901000002"]


def test_the_slot_at_the_rear() -> None:
    line = printer()
    say(line, "Si")
    assert say(line, "Seb")[:2] == ("OK", {"CARD_REAR"})
    assert say(line, "Sib")[:2] == ("OK", {"CARD_PRINT"})
    assert say(line, "Seb")[0] == "OK"
    say(line, "Si")
    assert say(line, "Seb")[0] == "ERROR CARD"
    assert path(line) == ("9901000002", Place.PRINT)


@pytest.mark.parametrize(("letter", "ends"), [("R", "rejected"), ("N", "path"), ("D", "bezel")])
def test_the_bezel_s_own_way_with_a_card_nobody_takes(letter: str, ends: str) -> None:
    line = printer()
    for text in (f"Pbc;A;{letter}", "Pbc;D;5", "Sie"):
        assert say(line, text)[0] == "OK"
    line.pass_time(6)
    there = {
        "rejected": (None, Place.NOWHERE),
        "path": ("9901000001", Place.PRINT),
        "bezel": ("9901000001", Place.BEZEL),
    }
    assert path(line) == there[ends]
    assert len(line.simulator.mechanism.rejected) == (ends == "rejected")


def test_a_card_that_is_taken_is_not_drawn_in_by_the_timer() -> None:
    line = printer()
    say(line, "Sie")
    line.simulator.take_card()
    say(line, "Sie")
    line.pass_time(29)
    assert path(line) == ("9901000002", Place.BEZEL)


def test_real_pace_and_any_other() -> None:
    for pace, low, high in ((1.0, 20, 25), (0.1, 2.0, 2.6), (0.0, 0, 0.3)):
        line = printer(pace=pace)
        say(line, "Si")
        begun = line.now
        say(line, "Pneab;A;0")
        line.exchange(first_part(ONE, 1), 5)
        line.exchange(second_part(), 5)
        while "CLAIM" in say(line, "")[1]:
            line.pass_time(0.05)
        assert low <= line.now - begun <= high


def test_the_reject_box_fills() -> None:
    line = printer(reject_capacity=1)
    say(line, "Si")
    say(line, "Ser")
    assert say(line, "")[1] == {"REJECT_BOX_FULL", "REJECTBOX1_FULL"}
    say(line, "Si")
    assert say(line, "Ser")[0] == "ERROR CARD"
    line.simulator.empty_reject_box()
    say(line, "Scs")
    assert say(line, "Ser")[0] == "OK"


def test_hoppers_run_low_and_empty() -> None:
    line = printer(hoppers=2, cards=6)
    say(line, "Si")
    assert "FEEDER1_NEAR_EMPTY" in say(line, "")[1]
    line.simulator.empty_hopper(1)
    say(line, "Ser")
    assert "FEEDER1_EMPTY" in say(line, "")[1]
    assert say(line, "Si")[0] == "ERROR FEEDER"
    say(line, "Scs")
    assert "FEEDER_EMPTY" not in say(line, "")[1]
    line.simulator.empty_hopper(2)
    assert "FEEDER_EMPTY" in say(line, "")[1]
    line.simulator.refill(1, [{"serial": "9990000001", "bank": "测试银行丙"}])
    assert say(line, "Si")[0] == "OK"
    with pytest.raises(ValueError, match="inside already: 9990000001"):
        line.simulator.refill(2, [{"serial": "9990000001"}])


def test_a_jam_stays_until_it_is_taken_out() -> None:
    line = printer()
    line.simulator.set_fault("jam_feed", True)
    assert say(line, "Si")[:2] == ("ERROR MECA", {"MECHANICAL", "CARD_FEEDER"})
    say(line, "Scs")
    assert say(line, "Ser")[0] == "ERROR MECA"
    line.simulator.set_fault("jam_feed", False)
    line.simulator.open_cover()
    assert line.simulator.clear_path()["serial"] == "9901000001"
    line.simulator.close_cover()
    say(line, "Scs")
    assert say(line, "Si")[:2] == ("OK", {"CARD_PRINT"})


def test_cleaning() -> None:
    line = printer(cleaning_every=1)
    say(line, "Si")
    for expected in ("CLEANING", "CLEANING_MANDATORY"):
        say(line, "Pneab;A;0")
        line.exchange(first_part(ONE, 1), 5)
        line.pass_time(30)
        assert expected in say(line, "")[1]
    assert say(line, "Scp")[0] == "ERROR CARD"
    say(line, "Ser")
    assert say(line, "Scp")[:2] == ("OK", {"CLAIM"})
    assert say(line, "Rco;clean")[0].startswith("last_periodic: 2\nperiodic_global: 1\n")
