"""``python tests/soak/soak.py --citizens N --seed S --workers W``: many citizens, and everything that can go wrong."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

HERE = Path(__file__).parent
for room in (HERE, HERE.parent, HERE.parent / "scenarios", HERE.parent / "issuing"):
    sys.path.insert(0, str(room))

import days  # noqa: E402
import report  # noqa: E402


def soak(
    citizens: int, seed: int, workers: int, out: Path, minutes: float = 600.0, steps: float = 1.0
) -> dict[str, object]:
    """Run it; the report as data, which is written to ``out`` as well."""
    out = out.resolve()  # what stands in a configuration is found from where that lies
    out.mkdir(parents=True, exist_ok=True)
    shares = [citizens // workers + (nth < citizens % workers) for nth in range(workers)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        running = [
            pool.submit(days.run, nth, seed, share, str(out), minutes, steps) for nth, share in enumerate(shares)
        ]
        results = [day for each in running for day in each.result()]
    return report.write(out, seed, workers, results)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--citizens", type=int, default=2000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--minutes", type=float, default=600.0, help="begin no citizen after so many")
    asked.add_argument("--steps", type=float, default=1.0, help="patience of a citizen, as a share of the usual")
    asked.add_argument("--out", type=Path, default=Path("out/soak"))
    given = asked.parse_args()
    found = soak(given.citizens, given.seed, given.workers, given.out, given.minutes, given.steps)
    print((given.out / "report.txt").read_text(encoding="utf-8"))
    return 1 if found["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
