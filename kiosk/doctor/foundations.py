"""What the kiosk is built on: Chinese fonts and the PC/SC service."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

from fontTools.ttLib import TTCollection, TTLibError

from devices.bench.pcscd import SOCKET_VARIABLE, VPCD_LIBRARY
from kiosk.doctor.findings import Finding, fine, missing
from screens import fonts

PCSC_SOCKET = Path("/run/pcscd/pcscd.comm")


def listens(path: Path) -> bool:
    """Whether someone listens on a unix socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def chinese_fonts(folder: Path = fonts.COLLECTIONS, rare: Iterable[Path] = fonts.RARE) -> Iterator[Finding]:
    """The simplified-Chinese faces in both weights, and the fonts of the rarest characters."""
    for weight in ("Regular", "Bold"):
        file = folder / f"NotoSansCJK-{weight}.ttc"
        what = f"{fonts.FACE} {weight}"
        if not file.exists():
            yield missing(what, f"{file} is not there", "apt-get install fonts-noto-cjk")
        elif not _has_face(file):
            yield missing(what, f"{file} has no such face", "apt-get install --reinstall fonts-noto-cjk")
        else:
            yield fine(what, str(file))
    lacking = [str(file) for file in rare if not file.exists()]
    if lacking:
        yield missing("rare characters", f"{', '.join(lacking)} not there", "apt-get install fonts-hanazono")
    else:
        yield fine("rare characters", "Hanazono Mincho A and B")


def _has_face(file: Path) -> bool:
    try:
        with TTCollection(str(file), lazy=True) as collection:
            names = [face["name"] for face in collection.fonts]
            return any(fonts.FACE in (name.getDebugName(1), name.getDebugName(16)) for name in names)
    except (TTLibError, OSError):
        return False


def pcsc(
    *, reader_fitted: bool, service: Path | None = None, driver: Path = VPCD_LIBRARY, program: str | None = None
) -> Iterator[Finding]:
    """The PC/SC program, the driver of virtual readers, and the service that a fitted card reader needs."""
    found = program or shutil.which("pcscd", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if found is None:
        yield missing("PC/SC program", "pcscd is not there", "apt-get install pcscd")
    else:
        yield fine("PC/SC program", found)
    if driver.exists():
        yield fine("virtual card readers", str(driver))
    else:
        yield missing("virtual card readers", f"{driver} is not there", "apt-get install vsmartcard-vpcd")
    service = service or Path(os.environ.get(SOCKET_VARIABLE, PCSC_SOCKET))
    if listens(service):
        yield fine("PC/SC service", f"running at {service}")
    elif reader_fitted:
        yield missing("PC/SC service", "not running", "systemctl enable --now pcscd.socket")
    else:
        yield fine("PC/SC service", "not running; the bench and the demonstration start their own")
