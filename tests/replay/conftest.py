"""The proofs' own world of issuing is where incidents are run again."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "issuing"))
