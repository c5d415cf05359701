"""Each check tells what is there, and, of what is not, what to do."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path

import pytest

from kiosk.doctor import foundations, machine, software
from kiosk.doctor.findings import Finding, State, fine, missing, note
from kiosk.system_packages import listed, main
from kiosk.system_packages import missing as lacking

REPOSITORY = Path(__file__).parents[3]


def dpkg(installed: dict[str, str]) -> Callable[[Iterable[str]], str]:
    """What dpkg-query would print of these packages."""
    return lambda names: "".join(f"{name} {installed[name]}\n" for name in names if name in installed)


# -- packages ----------------------------------------------------------------------------------------------------------


def test_the_list_is_read_without_its_comments(tmp_path: Path) -> None:
    file = tmp_path / "packages.txt"
    file.write_text("# head\n\nswig   # compiles\npcscd\n", encoding="utf-8")
    assert listed(file) == ("swig", "pcscd")
    assert "pcscd" in listed(REPOSITORY / "deploy/packages.txt")


def test_what_dpkg_does_not_call_installed_is_missing() -> None:
    query = dpkg({"swig": "installed", "pcscd": "config-files", "xvfb": "half-installed"})
    assert lacking(["swig", "pcscd", "xvfb", "xdotool"], query) == ("pcscd", "xvfb", "xdotool")
    assert lacking(["swig"], query) == ()


def test_a_missing_package_is_a_finding_with_the_command(tmp_path: Path) -> None:
    file = tmp_path / "packages.txt"
    file.write_text("swig\npcscd\n", encoding="utf-8")
    assert list(software.debian_packages(file, dpkg({"swig": "installed"}))) == [
        missing("package pcscd", "not installed", "apt-get install --no-install-recommends pcscd")
    ]
    assert list(software.debian_packages(file, dpkg({"swig": "installed", "pcscd": "installed"}))) == [
        fine("Debian packages", "2 of 2 installed")
    ]


def test_the_set_up_lists_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "packages.txt"
    file.write_text("surely-no-such-package\n", encoding="utf-8")
    assert main(["missing", str(file)]) == 1
    assert capsys.readouterr().out == "surely-no-such-package\n"
    file.write_text("# nothing\n", encoding="utf-8")
    assert main(["install", str(file)]) == 0
    assert main(["remove", str(file)]) == 2


def test_without_root_the_set_up_says_what_to_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "packages.txt"
    file.write_text("surely-no-such-package\n", encoding="utf-8")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr("kiosk.system_packages.shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.chdir(tmp_path)
    assert main(["install", str(file)]) == 1
    assert "sudo apt-get install --no-install-recommends surely-no-such-package" in capsys.readouterr().err


def test_python() -> None:
    assert software.python((3, 11, 2)) == fine("Python", "3.11.2")
    assert software.python((3, 12, 1)).state is State.MISSING


def test_python_packages(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("kivy==2.3.1 \\\n    --hash=sha256:00\n    # via x\npillow==13.0.0 \\\n", encoding="utf-8")
    there = {"kivy": "2.3.1", "pillow": "12.9"}

    def version(name: str) -> str:
        if name not in there:
            raise metadata.PackageNotFoundError(name)
        return there[name]

    found = software.python_packages(lock, version)
    assert (found.state, found.found) == (State.MISSING, "pillow is 12.9, not 13.0.0")
    there["pillow"] = "13.0.0"
    assert software.python_packages(lock, version) == fine("Python packages", "2 of 2 as in the lock")
    del there["kivy"]
    assert software.python_packages(lock, version).found == "kivy is not there"


def test_this_environment_is_that_of_the_lock() -> None:
    assert software.python_packages().state is State.FINE


# -- fonts and cards ---------------------------------------------------------------------------------------------------


def test_fonts(tmp_path: Path) -> None:
    assert [finding.state for finding in foundations.chinese_fonts()] == [State.FINE] * 3
    (tmp_path / "NotoSansCJK-Bold.ttc").write_bytes(b"no font at all")
    found = list(foundations.chinese_fonts(tmp_path, [tmp_path / "HanaMinA.ttf"]))
    assert [(finding.state, finding.remedy) for finding in found] == [
        (State.MISSING, "apt-get install fonts-noto-cjk"),
        (State.MISSING, "apt-get install --reinstall fonts-noto-cjk"),
        (State.MISSING, "apt-get install fonts-hanazono"),
    ]


def test_the_pcsc_service(tmp_path: Path) -> None:
    driver = tmp_path / "driver.so"
    driver.write_bytes(b"")
    service = tmp_path / "pcscd.comm"

    def found(*, reader_fitted: bool) -> list[State]:
        checks = foundations.pcsc(
            reader_fitted=reader_fitted, service=service, driver=driver, program="/usr/sbin/pcscd"
        )
        return [finding.state for finding in checks]

    assert found(reader_fitted=False) == [State.FINE, State.FINE, State.FINE]
    assert found(reader_fitted=True) == [State.FINE, State.FINE, State.MISSING]
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(service))
        assert found(reader_fitted=True)[2] is State.MISSING
        listener.listen()
        assert found(reader_fitted=True)[2] is State.FINE
    driver.unlink()
    assert found(reader_fitted=False)[1] is State.MISSING


# -- the machine -------------------------------------------------------------------------------------------------------


def test_display() -> None:
    assert machine.display({}, lambda name: f"/usr/bin/{name}").state is State.FINE
    nothing = machine.display({}, lambda name: None)
    assert (nothing.found, nothing.remedy) == ("none, and no Xvfb and no xdotool", "apt-get install xvfb xdotool")
    gone = machine.display({"DISPLAY": ":7777", "PATH": "/usr/bin:/bin"})
    assert (gone.state, gone.found) == (State.MISSING, ":7777 does not answer")


def test_graphics(tmp_path: Path) -> None:
    assert machine.graphics(lambda library: True, tmp_path) == fine("OpenGL", "there; drawn in software")
    (tmp_path / "renderD128").write_text("")
    assert machine.graphics(lambda library: True, tmp_path).found == "there; drawn by a graphics card"
    without = machine.graphics(lambda library: library != "libEGL.so.1", tmp_path)
    assert (without.state, without.found) == (State.MISSING, "no libEGL.so.1")


def test_serial_ports(tmp_path: Path) -> None:
    port = tmp_path / "port"
    port.write_text("")
    found = list(machine.serial_ports({"id_reader": str(port), "pin_pad": str(tmp_path / "absent")}))
    assert found[0] == fine("port of id_reader", str(port))
    assert (found[1].state, found[1].what) == (State.MISSING, "port of pin_pad")
    assert found[1].found.endswith("absent is not there")
    assert [finding.state for finding in machine.serial_ports({})] == [State.FINE]


def test_the_state_folder(tmp_path: Path) -> None:
    mounts = f"disk / ext4 rw 0 0\nmemory {tmp_path} tmpfs rw 0 0\nshare {tmp_path}/far nfs4 rw 0 0\n"

    def found(folder: Path, free: int = 10**10) -> list[Finding]:
        return list(machine.state_folder(folder, mounts, lambda path: free))

    assert [finding.state for finding in machine.state_folder(tmp_path, "disk / ext4 rw 0 0", lambda path: 10**9)] == [
        State.FINE,
        State.FINE,
    ]
    assert (
        found(tmp_path / "state")[1].found
        == f"{tmp_path / 'state'} is on tmpfs, which forgets everything with the power"
    )
    (tmp_path / "far").mkdir()
    assert found(tmp_path / "far")[1].found == f"{tmp_path / 'far'} is on nfs4, which is not on this machine"
    full = found(tmp_path, free=150_000_000)[0]
    assert (full.state, full.found) == (State.MISSING, f"150 MB free at {tmp_path}")
    (tmp_path / "file").write_text("")
    assert found(tmp_path / "file")[0].found == f"{tmp_path / 'file'} is not writable"


def test_clock() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    told = "2026-11-22 00:00:00 UTC"
    assert machine.clock(now, lambda: True) == fine("clock", f"{told}, synchronised")
    assert machine.clock(now, lambda: False).state is State.NOTE
    assert machine.clock(now, lambda: None) == note(
        "clock", f"{told}; cannot tell whether it is synchronised", "check: timedatectl"
    )
    assert machine.clock(now - timedelta(days=9000), lambda: True).state is State.MISSING


def test_ports() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        (found,) = machine.ports({"host": taken})
        assert (found.state, found.found) == (State.NOTE, f"{taken} is taken")
    (found,) = machine.ports({"host": taken})
    assert found == fine("port of host", f"{taken} is free")
