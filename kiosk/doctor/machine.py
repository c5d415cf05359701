"""The machine: display, graphics, serial ports, disk, clock."""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from serial.tools import list_ports

from kiosk.doctor.findings import Finding, fine, missing, note

LIBRARIES = ("libGL.so.1", "libEGL.so.1", "libGLESv2.so.2", "libmtdev.so.1")
BUILT = datetime(2026, 11, 1, tzinfo=UTC)
"""No machine that runs this has an honest clock before it."""

ROOM = 200_000_000
"""Bytes that must be free for the journal."""

VOLATILE = frozenset({"tmpfs", "ramfs"})
REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"})
TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronised."""


def display(environment: Mapping[str, str] = os.environ, which: Callable[[str], str | None] = shutil.which) -> Finding:
    """A display that answers, or the means to make a virtual one."""
    name = environment.get("DISPLAY", "")
    if name and which("xdotool"):
        try:
            answer = subprocess.run(
                ["xdotool", "getdisplaygeometry"],
                env={**environment},
                capture_output=True,
                text=True,
                timeout=5,
                check=True,
            )
        except (subprocess.SubprocessError, OSError):
            return missing("display", f"{name} does not answer", "start the X server, or unset DISPLAY")
        return fine("display", f"{name}, {' x '.join(answer.stdout.split())} pixels")
    lacking = [program for program in ("Xvfb", "xdotool") if which(program) is None]
    if lacking:
        return missing("display", f"none, and no {' and no '.join(lacking)}", "apt-get install xvfb xdotool")
    return fine("display", "none; Xvfb and xdotool make a virtual one")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def graphics(loads: Callable[[str], bool] = _loads, cards: Path = Path("/dev/dri")) -> Finding:
    """OpenGL's libraries, and who draws."""
    lacking = [library for library in LIBRARIES if not loads(library)]
    if lacking:
        remedy = "apt-get install libgl1 libegl1 libgles2 libgl1-mesa-dri libmtdev1"
        return missing("OpenGL", f"no {', '.join(lacking)}", remedy)
    drawn = "by a graphics card" if any(cards.glob("renderD*")) else "in software"
    return fine("OpenGL", f"there; drawn {drawn}")


def serial_ports(needed: Mapping[str, str]) -> Iterator[Finding]:
    """``needed``: device -> path of its port. Each must be there and open to this user."""
    there = sorted(port.device for port in list_ports.comports())
    if not needed:
        yield fine("serial ports", ", ".join(there) or "none, and none is needed")
    for device, path in needed.items():
        what = f"port of {device}"
        if not Path(path).exists():
            known = f"there are: {', '.join(there)}" if there else "there are no serial ports"
            yield missing(what, f"{path} is not there", f"plug it in, or name another in the configuration; {known}")
        elif not os.access(path, os.R_OK | os.W_OK):
            yield missing(what, f"{path} is not open to this user", "usermod -aG dialout kiosk, and log in again")
        else:
            yield fine(what, path)


def state_folder(
    folder: Path, mounts: str | None = None, free: Callable[[Path], int] | None = None
) -> Iterator[Finding]:
    """Where the journal lies: writable, roomy, on a disk that survives a power cut."""
    there = next((each for each in (folder, *folder.parents) if each.exists()), Path("/"))
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield missing("state folder", f"{there} is not writable", f"install -d -o kiosk -m 0750 {folder}")
        return
    room = (free or (lambda path: shutil.disk_usage(path).free))(there)
    if room < ROOM:
        yield missing(
            "disk", f"{room // 1_000_000} MB free at {there}", f"make room: {ROOM // 1_000_000} MB are needed"
        )
    else:
        yield fine("disk", f"{room // 1_000_000:,} MB free at {there}")
    kind = _filesystem(there, Path("/proc/mounts").read_text(encoding="utf-8") if mounts is None else mounts)
    if kind in VOLATILE | REMOTE:
        why = "forgets everything with the power" if kind in VOLATILE else "is not on this machine"
        yield missing(
            "state folder", f"{folder} is on {kind}, which {why}", "set kiosk.state_directory to a local disk"
        )
    else:
        yield fine("state folder", f"{folder} on {kind or 'a disk'}")


def _filesystem(folder: Path, mounts: str) -> str:
    best, kind = Path("/"), ""
    for line in mounts.splitlines():
        _, where, filesystem, *_ = line.split()
        point = Path(where.replace("\\040", " "))
        if folder.resolve().is_relative_to(point) and len(point.parts) >= len(best.parts):
            best, kind = point, filesystem
    return kind


def _synchronised() -> bool | None:
    """What the kernel says of its clock; None where it does not say."""
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return None
    state = int(adjtimex(ctypes.create_string_buffer(256)))
    return None if state < 0 else state != TIME_ERROR


def clock(now: datetime | None = None, synchronised: Callable[[], bool | None] = _synchronised) -> Finding:
    """A sane clock that someone keeps right: rules are dated, and receipts too."""
    now = now or datetime.now(UTC)
    told = now.strftime("%Y-%m-%d %H:%M:%S UTC")
    if now < BUILT:
        return missing("clock", f"{told}, which is in the past", "set the clock: timedatectl set-ntp true")
    kept = synchronised()
    if kept is None:
        return note("clock", f"{told}; cannot tell whether it is synchronised", "check: timedatectl")
    if not kept:
        return note(
            "clock", f"{told}, not synchronised", "apt-get install systemd-timesyncd, or ask the hall's network"
        )
    return fine("clock", f"{told}, synchronised")


def ports(wanted: Mapping[str, int]) -> Iterator[Finding]:
    """``wanted``: who -> port on loopback. Taken is worth a note: it may be the very program."""
    for who, number in wanted.items():
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", number))
            except OSError:
                yield note(f"port of {who}", f"{number} is taken", f"kiosk {who} may be running; else name another")
            else:
                yield fine(f"port of {who}", f"{number} is free")
