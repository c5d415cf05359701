"""``kiosk device <class> check`` against ``kiosk simulate``: two processes, and someone who does what is asked."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest
from test_cli_device import CARD, command, device, simulated

from devices import registry
from devices.conformance_common import Plug
from devices.contract import Cancellation
from devices.id_reader.check import Step as IdStep
from devices.receipt_printer.check import Question as PrinterQuestion
from devices.receipt_printer.check import Step as PrinterStep


def obediently(at: str, *words: str, simulator: Any, hands: Mapping[str, str]) -> tuple[dict[str, Any], int, list[str]]:
    """Run the checks; each time a step is asked for, tell the simulator its line (answer a question with it)."""
    told = []
    with subprocess.Popen(
        command(*words, "--json", at=at),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as checking:
        for line in checking.stderr:
            told.append(line.rstrip("\n"))
            asked = line.strip()
            if asked.startswith("> "):
                simulator.tell(hands[asked[2:]])
            elif asked.startswith("? "):
                checking.stdin.write(hands[asked[2:].removesuffix(" [y/n]")] + "\n")
        answer = json.loads(checking.stdout.read())
    return answer, checking.returncode, told


def results(answer: Mapping[str, Any]) -> dict[str, str]:
    return {one["name"]: one["result"] for one in answer["checks"]}


def test_an_engineer_checks_an_id_reader():
    hands = {IdStep.LAY: f"lay {json.dumps(CARD)}", IdStep.LIFT: "lift"}
    with simulated("id-reader") as reader:
        words = ("id-reader", "check", "card", "removal", "untold")
        answer, code, told = obediently(reader.at, *words, simulator=reader, hands=hands)
    assert (results(answer), code) == ({"card": "pass", "untold": "pass", "removal": "pass"}, 0)
    assert (answer["pass"], answer["fail"], answer["not_applicable"]) == (3, 0, 0)
    assert CARD["name"] not in json.dumps([answer, told], ensure_ascii=False)


def test_a_slip_that_does_not_look_right_is_a_failure():
    hands = {
        PrinterStep.OPEN_COVER: "open_cover",
        PrinterStep.CLOSE_COVER: "close_cover",
        PrinterQuestion.TWO: "n",
    }
    with simulated("receipt-printer", "--listen", "tcp://127.0.0.1:0") as printer:
        words = ("receipt-printer", "check", "two-slips", "cover")
        answer, code, told = obediently(printer.at, *words, simulator=printer, hands=hands)
    assert (results(answer), code) == ({"two-slips": "fail", "cover": "pass"}, 1)
    assert f"two-slips: fail (the answer was no: {PrinterQuestion.TWO})" in told


def test_alone_only_what_needs_nobody_is_checked():
    with simulated("pin-pad") as pad:
        told = device("pin-pad", "check", "alone", at=pad.at)
    assert (told.stdout, told.returncode) == ("7 passed, 0 failed, 6 not applicable\n", 0)
    assert "pin: not applicable (needs a person: Type any six digits on the pad, then Enter.)" in told.stderr


def test_a_device_that_is_not_there_fails_its_checks():
    told = device("id-reader", "check", "alone", "empty", "--json", at="/dev/no-such-reader")
    (check,) = json.loads(told.stdout)["checks"]
    assert (check["result"], check["reason"].split(":")[0], told.returncode) == ("fail", "id_reader.not_connected", 1)


@pytest.mark.parametrize("device_class", registry.CLASSES)
def test_every_class_lists_its_checks(device_class: str):
    listed = registry.verbs(device_class)["check"].run(None, Cancellation(), ["list"], print)
    assert [one["name"] for one in listed["checks"]][:4] == ["contract", "status", "reopening", "unplugged"]
    assert all(one["what"].endswith(".") for one in listed["checks"])


def test_the_checks_are_listed_with_what_is_done_by_hand():
    told = device("id-reader", "check", "list", at="/dev/null").stdout.splitlines()
    (at,) = (number for number, line in enumerate(told) if line.startswith("unplugged: "))
    assert told[at + 1 : at + 3] == [f"    by hand: {step}" for step in Plug]


def test_a_check_that_is_not_there():
    told = device("id-reader", "check", "shine", at="/dev/null")
    assert told.returncode == 2
    assert "no check 'shine'" in told.stderr
