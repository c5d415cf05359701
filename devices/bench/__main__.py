"""``python -m devices.bench --state DIR --wallet FILE``: the bench without the kiosk."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from devices.bench.server import BenchError, Settings, run


def main() -> int:
    """Exit code 1 when the bench cannot start; why is on standard error."""
    parser = argparse.ArgumentParser(
        prog="python -m devices.bench",
        description="A simulated kiosk front. One line of JSON on standard output says where everything is.",
    )
    parser.add_argument("--state", type=Path, required=True, help="folder that keeps the world")
    parser.add_argument("--wallet", type=Path, required=True, help="TOML file of the people")
    parser.add_argument("--config", type=Path, help="TOML file of the devices; default: one of each class")
    parser.add_argument("--stock", type=Path, help="TOML file of the card printer's cards; default: made-up ones")
    parser.add_argument("--listen", default="127.0.0.1:0", help="host:port of the API (default: %(default)s)")
    parser.add_argument("--ready", type=Path, help="write the line of JSON to this file, too")
    parser.add_argument("--seed", type=int, default=0, help="makes noise on the lines repeatable")
    given = parser.parse_args()
    settings = Settings(given.state, given.wallet, given.config, given.stock, given.listen, given.ready, given.seed)
    try:
        run(settings, lambda ready: print(json.dumps(ready, ensure_ascii=False), flush=True))
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
