"""The Debian packages of ``deploy/packages.txt``: which are missing, and installing those.

Runs on a bare machine with nothing but Python, before the virtual environment exists::

    python3 -m kiosk.system_packages missing deploy/packages.txt
    python3 -m kiosk.system_packages install deploy/packages.txt
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

Query = Callable[[Iterable[str]], str]
"""Package names -> what dpkg-query prints: ``name status`` a line."""


def listed(file: Path) -> tuple[str, ...]:
    """The package names of a list: one a line, ``#`` begins a comment. Raises OSError."""
    lines = (line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line)


def ask_dpkg(names: Iterable[str]) -> str:
    """dpkg's own word; empty where there is no dpkg. Packages it never heard of are left out."""
    if shutil.which("dpkg-query") is None:
        return ""
    query = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names]
    return subprocess.run(query, capture_output=True, text=True, check=False).stdout


def missing(names: Iterable[str], query: Query = ask_dpkg) -> tuple[str, ...]:
    """Those that are not installed, in their order. Removed but not purged counts as missing."""
    wanted = tuple(names)
    installed = {
        name
        for name, _, status in (line.partition(" ") for line in query(wanted).splitlines())
        if status == "installed"
    }
    return tuple(name for name in wanted if name not in installed)


def install(names: Iterable[str], log: Path) -> str | None:
    """Install packages quietly, apt's words going to ``log``; what went wrong and what to do, or None."""
    wanted = tuple(names)
    by_hand = f"apt-get install --no-install-recommends {' '.join(wanted)}"
    if shutil.which("apt-get") is None:
        return f"this machine has no apt-get; install what these Debian packages hold: {' '.join(wanted)}"
    if os.geteuid() != 0:
        return f"packages are missing and only root can install them; run:  sudo {by_hand}"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wait = ["-o", "DPkg::Lock::Timeout=300"]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as words:
        for command in (
            ["apt-get", *wait, "-q", "update"],
            ["apt-get", *wait, "-q", "-y", "--no-install-recommends", "install", *wanted],
        ):
            if subprocess.run(command, env=environment, stdout=words, stderr=words, check=False).returncode:
                tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
                return f"{tail}\n\n{' '.join(command)} did not work; all of its words are in {log}"
    return None


def main(words: list[str]) -> int:
    """The command; its exit code."""
    if len(words) != 2 or words[0] not in ("missing", "install"):
        sys.stderr.write("usage: python3 -m kiosk.system_packages missing|install LIST\n")
        return 2
    lacking = missing(listed(Path(words[1])))
    if words[0] == "missing":
        sys.stdout.write("".join(f"{name}\n" for name in lacking))
        return 1 if lacking else 0
    if not lacking:
        return 0
    sys.stdout.write(f"installing {len(lacking)} Debian packages: {' '.join(lacking)}\n")
    sys.stdout.flush()
    if trouble := install(lacking, Path("out/setup/apt.log")):
        sys.stderr.write(f"{trouble}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
