"""An incident run again, and its screens as pictures: python tests/replay/show.py FILE [--out DIRECTORY]

Prints what was on the glass, a line a view. Exit code 1 when the incident cannot be run again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "tests" / "issuing"), str(ROOT)]

import structlog  # noqa: E402
from replaying import Incident, replayed  # noqa: E402
from workshop import workshop  # noqa: E402

from screens.film import develop, write  # noqa: E402


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="of kiosk journal export")
    parser.add_argument("--out", type=Path, help="out/replay/<incident>, if not given")
    asked = parser.parse_args()
    out = asked.out or ROOT / "out" / "replay" / asked.file.stem
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[lambda *_: ""])
    try:
        found = Incident.read(asked.file)
    except (OSError, ValueError) as error:
        parser.error(f"{asked.file}: {error}")
    with tempfile.TemporaryDirectory(prefix="replay-") as folder, workshop(Path(folder)) as bench:
        again = replayed(bench, found)
    print("\n".join(again.shown.told))
    if again.steps != found.steps:
        print("It went otherwise this time: nothing that was tried led to the same steps.", file=sys.stderr)
        return 1
    write(out / "views.jsonl", again.shown.stills)
    for picture in out.glob("*.png"):
        picture.unlink()
    for picture in develop(out, again.shown.stills):
        print(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
