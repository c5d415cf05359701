"""``kiosk bench`` and ``kiosk host``: one line of JSON when they are up, and a clean end."""

import json
import signal
import ssl
import subprocess
import sys
from contextlib import contextmanager

import httpx

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
