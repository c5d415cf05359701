"""Inspection of printed card faces: what a scanner saw, compared with what was meant. Numbers, and a verdict."""

from kiosk.inspection.compare import compare
from kiosk.inspection.findings import Inspection, Kind, SideFinding
from kiosk.inspection.thresholds import Thresholds, national

__all__ = ["Inspection", "Kind", "SideFinding", "Thresholds", "compare", "national"]
