"""``kiosk bench`` and ``kiosk host``: one line of JSON when they are up, and a clean end."""

import json
import signal
import ssl
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from devices.bench.client import BenchClient
from devices.bench.people import load
from kiosk.cli_places import PEOPLE, state_folder


@contextmanager
def running(*words: str):
    process = subprocess.Popen(
        [sys.executable, "-m", "kiosk.cli", *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


def test_the_bench_comes_with_the_people_of_the_demonstration(tmp_path):
    layout = tmp_path / "layout.toml"
    layout.write_text('[[device]]\nclass = "id-reader"\n', encoding="utf-8")
    with running("bench", "--state", f"{tmp_path}/state", "--config", f"{layout}", "--ready", f"{tmp_path}/r") as ready:
        assert json.loads((tmp_path / "r").read_text(encoding="utf-8")) == ready
        with BenchClient(ready["bench"]) as bench:
            assert [person["key"] for person in bench.people()] == list(load(PEOPLE))


def test_the_host_answers_a_kiosk_with_the_certificate_it_made(tmp_path):
    with running(
        "host", "--state", f"{tmp_path}", "--size", "20", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"
    ) as ready:
        context = ssl.create_default_context(cafile=ready["tls"]["ca"])
        context.load_cert_chain(ready["tls"]["certificate"], ready["tls"]["key"])
        answer = httpx.get(f"{ready['business']}/openapi.json", verify=context, trust_env=False)
        assert answer.status_code == 200
        assert answer.json()["openapi"].startswith("3.")


def test_state_is_kept_where_the_system_says(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder("bench") == tmp_path / "kiosk" / "bench"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert str(state_folder("host")) == "/home/somebody/.local/state/kiosk/host"


def test_the_hosts_day_can_be_chosen_and_comes_again_with_a_reset(tmp_path):
    words = ("--state", f"{tmp_path}", "--size", "20", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0")
    with (
        running("host", *words, "--now", "2031-03-05T09:00:00+08:00") as ready,
        httpx.Client(base_url=ready["control"], trust_env=False) as control,
    ):

        def tells(seconds: float = 0) -> datetime:
            answer = control.post("/sandbox/clock", json={"seconds": seconds})
            return datetime.fromisoformat(answer.json())

        begun = datetime(2031, 3, 5, 1, tzinfo=UTC)
        assert begun <= tells() < begun + timedelta(minutes=5)
        assert tells(86_400) >= begun + timedelta(days=1)
        control.post("/sandbox/reset").raise_for_status()
        assert begun <= tells() < begun + timedelta(minutes=5)


@pytest.mark.parametrize("time", ["tomorrow", "2031-03-05T09:00:00"])
def test_what_is_no_moment_is_refused_with_an_example(time):
    host = [sys.executable, "-m", "kiosk.cli", "host", "--now", time]
    ended = subprocess.run(host, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr.count("--now"), "+08:00" in ended.stderr) == (2, 1, True)
