"""Software: Python, its packages, Debian's packages. Looked at first, with nothing but the standard library."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from kiosk import system_packages
from kiosk.doctor.findings import Finding, fine, missing, note

REPOSITORY = Path(__file__).parents[2]
PACKAGE_LIST = REPOSITORY / "deploy" / "packages.txt"
LOCK = REPOSITORY / "deploy" / "requirements.lock"


def python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Python 3.11, as the lock is made for."""
    found = ".".join(map(str, version))
    if version[:2] != (3, 11):
        return missing("Python", found, "install Python 3.11, then: make setup PYTHON=/path/to/python3.11")
    return fine("Python", found)


def python_packages(lock: Path = LOCK, installed: Callable[[str], str] = metadata.version) -> Finding:
    """Every package of the lock, in the version it names."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    wrong = []
    for name, version in pins:
        try:
            found = installed(name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{name} is not there")
            continue
        if found != version:
            wrong.append(f"{name} is {found}, not {version}")
    if wrong:
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        return missing("Python packages", "; ".join(wrong[:5]) + more, "rm -r .venv, then: make setup")
    return fine("Python packages", f"{len(pins)} of {len(pins)} as in the lock")


def debian_packages(
    package_list: Path = PACKAGE_LIST, query: system_packages.Query = system_packages.ask_dpkg
) -> Iterator[Finding]:
    """Every package of the list; one finding each for those that are not installed."""
    if query is system_packages.ask_dpkg and shutil.which("dpkg-query") is None:
        yield note("Debian packages", "this is no Debian machine", "have what deploy/packages.txt names installed")
        return
    names = system_packages.listed(package_list)
    lacking = system_packages.missing(names, query)
    for name in lacking:
        yield missing(f"package {name}", "not installed", f"apt-get install --no-install-recommends {name}")
    if not lacking:
        yield fine("Debian packages", f"{len(names)} of {len(names)} installed")
