"""The bench as a process: it outlives kill -9, ends what it started and nothing else, and says why it cannot start."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.bench import server
from devices.bench.client import BenchClient

PEOPLE = Path(server.__file__).parents[2] / "kiosk" / "demo" / "people.toml"
PRINT = b"\x1b@" + "余额".encode("gb18030") + b"\n\x1dV\x00"


def command(folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "devices.bench", "--state", str(folder), "--wallet", str(PEOPLE), *more]


@contextmanager
def running(folder: Path, *more: str):
    process = subprocess.Popen(command(folder, *more), stdout=subprocess.PIPE, text=True)
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


def services(folder: Path) -> list[int]:
    """The pcscd processes whose configuration lies in ``folder``."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"pcscd") and os.fsencode(f"{folder}/pcscd/readers") in words:
            found.append(int(entry.name))
    return found


def listed_readers(environment: dict[str, str]) -> list[str]:
    """Asked from a process of its own, as a kiosk would."""
    script = "from smartcard.System import readers; print('\\n'.join(str(r) for r in readers()))"
    asked = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return asked.stdout.splitlines()


@pytest.mark.pcsc
def test_the_world_outlives_kill_9(tmp_path):
    with running(tmp_path) as (process, ready), BenchClient(ready["bench"]) as bench:
        assert ready["devices"]["card-reader"]["at"] == "pcsc:Bench card-reader 00 00"
        assert "Bench card-reader 00 00" in listed_readers(ready["env"])
        bench.insert_card("wang_xiulan")
        bench.lay_id_card("li_jianguo")
        bench.set_fault("id-reader", "slow", 0.25)
        Path(ready["devices"]["receipt-printer"]["at"]).write_bytes(PRINT)
        bench.wait_for(lambda event: event["kind"] == "receipt", after=0)
        before = (bench.cards(), bench.receipts(), bench.device("id-reader")["faults"])
        leftover = services(tmp_path)
        assert len(leftover) == 1
        service = os.pidfd_open(leftover[0])
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert select.select([service], [], [], 10)[0] == [service]  # it has ended, too
        os.close(service)
    with running(tmp_path) as (process, again), BenchClient(again["bench"]) as bench:
        assert (bench.cards(), bench.receipts(), bench.device("id-reader")["faults"]) == before
        assert bench.device("card-reader")["scene"]["card"]["number"] == "0019"
        assert {**again, "bench": "", "pid": 0} == {**ready, "bench": "", "pid": 0}
        assert "Bench card-reader 00 00" in listed_readers(again["env"])
        assert bench.take_card("zhao_min")["place"] == "with:zhao_min"
        assert not set(services(tmp_path)) & set(leftover)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert services(tmp_path) == []


@pytest.mark.pcsc
def test_a_card_pulled_while_it_is_read_is_back_in_the_hand_that_brought_it(tmp_path):
    layout = tmp_path / "layout.toml"
    layout.write_text('[[device]]\nclass = "card-reader"\n', encoding="utf-8")
    with running(tmp_path / "state", "--config", str(layout)) as (_, ready), BenchClient(ready["bench"]) as bench:
        bench.hand_over("wang_xiulan/social", "zhao_min")
        bench.insert_card("zhao_min", card="wang_xiulan/social")
        bench.set_fault("card-reader", "pull_after", 1)
        last = bench.events()["last"]
        verb = ["device", "card-reader", "read", "--at", ready["devices"]["card-reader"]["at"]]
        subprocess.run(
            [sys.executable, "-m", "kiosk.cli", *verb],
            env={**os.environ, **ready["env"]},
            capture_output=True,
            check=False,
        )
        told = bench.wait_for(lambda event: event["kind"] == "card", after=last)
        assert (told["card"], told["place"]) == ("wang_xiulan/social", "with:zhao_min")
        assert bench.device("card-reader")["scene"]["card"] is None


def test_a_waiting_citizen_does_not_keep_it_from_ending(tmp_path):
    layout = tmp_path / "layout.toml"
    layout.write_text('[[device]]\nclass = "id-reader"\n', encoding="utf-8")
    with running(tmp_path / "state", "--config", str(layout)) as (process, ready), BenchClient(ready["bench"]) as bench:
        assert json.loads((tmp_path / "state" / "ready.json").read_text(encoding="utf-8")) == ready
        last = bench.events()["last"]
        host, _, port = ready["bench"].removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as waiting:
            waiting.sendall(f"GET /events?after={last}&wait=60 HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
            bench.people()  # answered after the question before it was taken up
            process.send_signal(signal.SIGINT)
            assert waiting.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n")
        assert process.wait(10) == 0


def test_why_it_cannot_start(tmp_path):
    layout = tmp_path / "layout.toml"
    layout.write_text('[[device]]\nclass = "pin-pad"\n[device.options]\ncolour = "red"\n', encoding="utf-8")
    for more, why in {
        ("--config", str(layout)): "bench: pin-pad: options: ",
        ("--config", "missing.toml"): "bench: missing.toml: ",
        ("--listen", "anywhere"): "bench: cannot listen on 'anywhere': use host:port, such as 127.0.0.1:0",
    }.items():
        ended = subprocess.run(command(tmp_path / "state", *more), capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stdout, ended.stderr[: len(why)]) == (1, "", why)
