"""The demonstration, as a newcomer runs it: three citizens, a page to read, a summary for programs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.pcsc, pytest.mark.window, pytest.mark.xdist_group("window"), pytest.mark.timeout(240)]


def test_three_citizens_are_served_and_the_report_is_whole(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "kiosk.cli", "demo", "--out", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["faults"] == []
    assert [citizen["name"] for citizen in summary["citizens"]] == ["王秀兰", "李建国", "赵敏"]
    by_card, by_id_card, away = summary["citizens"]
    assert set(by_card) == {"name", "service", "outcome", "seconds", "screens", "receipts"}
    assert by_card["outcome"] == "balances read and printed, card taken"
    assert len(by_card["receipts"]) == 2
    assert by_id_card["outcome"] == "three years of contributions printed, ID card taken"
    assert len(by_id_card["receipts"]) == 1
    assert away["screens"].count("StillThere") == 1
    assert away["receipts"] == []
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    pictures = sorted((tmp_path / "screens").glob("*.png"))
    assert len(pictures) > 40
    assert all(f"screens/{picture.name}" in page for picture in pictures)
    assert all(receipt in page for citizen in summary["citizens"] for receipt in citizen["receipts"])
    assert all((tmp_path / receipt).stat().st_size > 1000 for receipt in by_card["receipts"])
