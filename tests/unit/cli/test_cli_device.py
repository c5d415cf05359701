"""``kiosk device`` and ``kiosk simulate``, end to end: two processes and a PTY between them."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from kiosk.cli_options import parse_options

CARD = {
    "kind": "citizen",
    "name": "李建国",
    "sex": "1",
    "nation_code": "01",
    "birth_date": "1974-08-25",
    "address": "示例省示例市新华区幸福路10号",
    "number": "990101197408250015",
    "authority": "示例市公安局",
    "valid_from": "2018-04-01",
    "valid_until": None,
}


class Simulated:
    """A running ``kiosk simulate``."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kiosk.cli", "simulate", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self.said: queue.Queue[str] = queue.Queue()
        self.complained: queue.Queue[str] = queue.Queue()
        for stream, lines in ((self.process.stdout, self.said), (self.process.stderr, self.complained)):
            threading.Thread(target=self._listen, args=(stream, lines), daemon=True).start()
        self.at = self.said.get(timeout=10)

    @staticmethod
    def _listen(stream, lines: queue.Queue) -> None:
        for line in stream:
            lines.put(line.rstrip("\n"))

    def tell(self, line: str) -> str:
        self.process.stdin.write(line + "\n")
        return self.said.get(timeout=10)

    def wait_for_input(self) -> None:
        deadline = time.monotonic() + 10
        while json.loads(self.tell("scene"))["input"] == "off":
            assert time.monotonic() < deadline

    def wrong(self, line: str) -> str:
        self.process.stdin.write(line + "\n")
        return self.complained.get(timeout=10)


@contextmanager
def simulated(*words: str):
    device = Simulated(*words)
    try:
        yield device
        device.process.send_signal(signal.SIGINT)
        assert device.process.wait(10) == 0
    finally:
        device.process.kill()
        device.process.wait(10)


def command(*words: str, at: str) -> list[str]:
    return [sys.executable, "-m", "kiosk.cli", "device", *words, "--at", at]


def device(*words: str, at: str, **more) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*words, at=at), capture_output=True, text=True, check=False, timeout=30, **more)


def test_an_id_card_is_laid_down_read_and_lifted():
    with simulated("id-reader") as reader:
        assert json.loads(device("id-reader", "find", "--json", at=reader.at).stdout) == {"found": False}
        assert reader.tell(f"lay {json.dumps(CARD)}") == "done"
        read = json.loads(device("id-reader", "read", "--json", at=reader.at).stdout)
        assert (read["name"], read["number"], read["valid_until"]) == ("李建国", "990101197408250015", "长期")
        assert json.loads(reader.tell("scene"))["card"]["name"] == "**国"
        assert reader.tell("lift") == "done"
        assert device("id-reader", "find", at=reader.at).stdout == "found: no\n"


def test_a_fault_is_told_with_its_code_and_what_to_do():
    with simulated("id-reader", "--option", "sam_id=05000100E5D6340187D61200B1CB7401") as reader:
        reader.tell("fault module_answer 60")
        told = device("id-reader", "sam-id", at=reader.at)
        assert told.returncode == 1
        assert told.stdout == ""
        code, chinese, english = told.stderr.splitlines()
        as_json = device("id-reader", "sam-id", "--json", at=reader.at)
        assert as_json.returncode == 1
        fault = json.loads(as_json.stdout)
        assert code.startswith(fault["fault"])
        assert fault["staff"] == {"zh": chinese, "en": english}
        reader.tell("fault module_answer")
        told = device("id-reader", "sam-id", at=reader.at)
        assert (told.returncode, told.stdout.count("\n")) == (0, 1)


def test_keys_are_pressed_while_the_pad_waits():
    with simulated("pin-pad", "--baud", "9600") as pad:
        with subprocess.Popen(
            command("pin-pad", "enter", "--json", at=pad.at), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as entering:
            assert entering.stderr.readline() == "type on the pad, then enter\n"
            pad.wait_for_input()
            for key in (*"482905", "enter"):
                assert pad.tell(f"press {key}") == "done"
            assert json.loads(entering.stdout.read()) == {"outcome": "entered", "digits": 6}
        assert entering.returncode == 0


def test_ctrl_c_lets_go_of_the_pad():
    with simulated("pin-pad") as pad:
        with subprocess.Popen(
            command("pin-pad", "key", at=pad.at), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as waiting:
            assert waiting.stderr.readline() == "press a key on the pad\n"
            pad.wait_for_input()
            waiting.send_signal(signal.SIGINT)
            assert waiting.wait(10) == 130
        assert json.loads(pad.tell("scene"))["input"] == "off"


def test_words_at_the_simulator():
    with simulated("pin-pad", "--model", "zt588") as pad:
        assert "press KEY: Press a key" in pad.tell("help")
        assert pad.wrong("dance").startswith("pin-pad has no action 'dance'; there are: press, type_keys")
        assert pad.wrong("press 55").startswith("pin-pad: no such key; there are: 1 2 3")
        assert pad.wrong("press").startswith("pin-pad press: missing a required argument: 'key'")
        assert pad.wrong("fault noise much").startswith("noise: a number, not 'much'")
        assert pad.wrong("fault silent perhaps").startswith("silent: on or off, not 'perhaps'")


def test_a_receipt_is_printed():
    with simulated("receipt-printer", "--listen", "tcp://127.0.0.1:0") as printer:
        assert printer.at.startswith("socket://127.0.0.1:")
        assert device("receipt-printer", "status", at=printer.at).stdout.splitlines()[:2] == [
            "device: online",
            "ready: yes",
        ]


@pytest.mark.pcsc
def test_a_card_is_read_behind_a_pcscd_of_its_own():
    card = {"identifier": "990100D1560000050A0000026838A4DF", "number": "X00000027", "version": "3.0", "pin": "482905"}
    with simulated("card-reader") as reader:
        name, _, value = reader.said.get(timeout=10).partition("=")
        assert name == "PCSCLITE_CSOCK_NAME"
        environment = {**os.environ, name: value}
        assert reader.tell(f"insert {json.dumps(card)}") == "done"
        answer = device("card-reader", "atr", "--json", at=reader.at, env=environment)
        assert (answer.stderr, json.loads(answer.stdout)) == ("", "3B6D000000814E4323869799010A000002")
        assert reader.tell("take") == "done"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("oven", "heat"), "no device class 'oven'; there are: cabinet, camera, card-"),
        (("id-reader", "--model", "x", "find"), "no id-reader model 'x'; there are: sam-v"),
        (("id-reader", "fly"), "id-reader has no verb 'fly'; there are: status, sam-id"),
        (("id-reader", "find", "--option", "colour"), "--option colour: must be NAME=VALUE"),
        (("id-reader", "find", "--option", "colour=red"), "'colour'"),
    ],
)
def test_wrong_usage_says_what_there_is(words, why):
    told = device(*words, at="/dev/null", env={**os.environ, "COLUMNS": "200"})
    assert told.returncode == 2
    assert why in told.stderr


def test_options_keep_their_types():
    assert parse_options(["a-b=3", "c=0.5", "d=true", "e=0500", "f=x=y"]) == {
        "a_b": 3,
        "c": 0.5,
        "d": True,
        "e": "0500",
        "f": "x=y",
    }
