"""Names for arrays of pixels."""

from __future__ import annotations

from typing import Any

import numpy
from numpy.typing import NDArray

Pixels = NDArray[numpy.uint8]
"""Rows, columns, red green blue."""
Gray = NDArray[Any]
"""Rows, columns."""
