"""Every way of an issue, cut off at every point: ``make crash``. Exit code 1 with any violation.

python tests/crash/exhaust.py [--way NAME] [--pairs N] [--seed N] [--workers N]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "issuing"), str(Path(__file__).parents[2])]

import structlog  # noqa: E402
from lives import FULL, Cut  # noqa: E402
from trial import Trial, WayError, attempt, survey  # noqa: E402
from ways import WAYS, Way  # noqa: E402
from workshop import workshop  # noqa: E402


def exhaust(name: str, pairs: int, seed: int) -> tuple[str, int, int, list[str], float]:
    """All of one way. Name, points passed, trials made, violations, seconds."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[lambda *_: ""])
    way = next(each for each in WAYS if each.name == name)
    chance = random.Random(f"{seed}/{name}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crash-") as folder, workshop(Path(folder)) as bench:
        try:
            points = survey(bench, way)
        except WayError as error:
            return name, 0, 0, [str(error)], time.monotonic() - began
        trials = [attempt(bench, way, cut) for cut in points.apart]
        for _ in range(pairs):
            trials.append(_odd(bench, way, points.apart, chance))
    wrong = [str(trial) for trial in trials if trial.violations]
    return name, len(points.passed), len(trials), wrong, time.monotonic() - began


def _odd(bench: object, way: Way, apart: tuple[object, ...], chance: random.Random) -> Trial:
    """Two cuts, a torn log, a clock that has jumped, or a full disk."""
    if chance.random() < 0.2:
        return attempt(bench, way, Cut(FULL, chance.randint(1, 60)))  # type: ignore[arg-type]
    first, second = chance.choice(apart), chance.choice(apart)
    days = chance.choice((0, 0, -1, 1))
    return attempt(bench, way, first, second, days=days, torn=chance.random() < 0.3)  # type: ignore[arg-type]


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--way", action="append", choices=[way.name for way in WAYS], help="only this one")
    parser.add_argument("--pairs", type=int, default=20, help="trials a way with two cuts, torn logs, jumped clocks")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    names = asked.way or [way.name for way in WAYS]
    passed = tried = 0
    found: list[str] = []
    with ProcessPoolExecutor(asked.workers) as pool:
        for name, points, trials, wrong, seconds in pool.map(
            exhaust, names, [asked.pairs] * len(names), [asked.seed] * len(names)
        ):
            passed, tried = passed + points, tried + trials
            found += wrong
            print(f"{name}: {points} points, {trials} trials, {len(wrong)} violations, {seconds:.0f} s", flush=True)
            for each in wrong:
                print(f"  {each}", flush=True)
    print(f"ways: {len(names)}, points: {passed}, trials: {tried}, seed: {asked.seed}, violations: {len(found)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
