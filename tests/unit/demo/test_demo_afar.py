"""What the demonstration makes of its far end: counted number by number, one alert that came and went, pictures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kiosk.demo import operator, report
from kiosk.demo.afar import DEVICE, FAULT, Afar, errors
from kiosk.demo.child import ChildError
from kiosk.demo.far_end import Counted, FarEnd, FarEndError
from kiosk.demo.report_fleet import WORDS
from kiosk.demo.show import faults

CLEARED = {"device": DEVICE, "code": FAULT, "state": "cleared"}


def afar(folder: Path, counted: Counted, *alerts: dict[str, str]) -> Afar:
    return Afar({name: folder / "console" / f"{name}.png" for name in WORDS["picture"]}, counted, alerts, 40)


def test_a_day_of_which_everything_is_far_away_is_as_it_must_be(tmp_path: Path) -> None:
    seen = afar(tmp_path, Counted(3, 3, {"event": 2, "device_state": 1}), CLEARED)
    assert seen.wrong == []
    report.write(tmp_path, [], seen, seen.wrong, {})
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["fleet"] == {
        "sent": 3,
        "stored": 3,
        "kinds": {"device_state": 1, "event": 2},
        "alerts": [CLEARED],
        "pictures": {name: f"console/{name}.png" for name in ("glance", "kiosk", "alerts", "phone")},
        "neighbours": 40,
    }
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "Seen from afar · 远程监控" in page
    assert all(f'src="console/{name}.png"' in page for name in WORDS["picture"])
    assert "✓ 3 messages sent by the kiosk = 3 stored far away" in page
    assert "事件 · events</td><td>2</td>" in page


@pytest.mark.parametrize(
    ("counted", "alerts", "told"),
    [
        (Counted(3, 2, {}, (2,)), (CLEARED,), "the kiosk sent 3 messages, the far end has 2, not (2,)"),
        (Counted(3, 4, {}), (CLEARED,), "the kiosk sent 3 messages, the far end has 4"),
        (Counted(0, 0, {}), (CLEARED,), "the kiosk sent 0 messages, the far end has 0"),
        (Counted(3, 3, {}), (), "alerts far away: none"),
        (Counted(3, 3, {}), ({**CLEARED, "state": "opened"},), f"alerts far away: {FAULT} opened"),
        (Counted(3, 3, {}), (CLEARED, {**CLEARED, "code": "x.y"}), f"alerts far away: {FAULT} cleared, x.y cleared"),
    ],
)
def test_what_is_not_as_it_must_be_is_told(
    tmp_path: Path, counted: Counted, alerts: tuple[dict[str, str], ...], told: str
) -> None:
    seen = afar(tmp_path, counted, *alerts)
    assert seen.wrong == [told]
    report.write(tmp_path, [], seen, seen.wrong, {})
    assert f"<li class=bad>{told}</li>" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_only_the_fault_that_was_meant_is_passed_over(tmp_path: Path) -> None:
    log = tmp_path / "controller.log"
    said = [
        {"event": "device_state", "level": "info", "device": DEVICE, "fault": FAULT},
        {"event": "device_state", "level": "info", "device": DEVICE, "fault": "receipt_printer.cutter_jammed"},
        {"event": "device_state", "level": "info", "device": "document_printer", "fault": FAULT},
        {"event": "broken", "level": "error", "error": "OSError"},
    ]
    log.write_text("".join(f"{json.dumps(each)}\n" for each in said), encoding="utf-8")
    assert faults(log) == [
        f"{DEVICE}: receipt_printer.cutter_jammed",
        f"document_printer: {FAULT}",
        "broken: OSError",
    ]


def test_what_the_far_end_calls_an_error_is_told(tmp_path: Path) -> None:
    log = tmp_path / "fleet.stderr"
    assert errors(log) == ["the far end left no log"]
    log.write_text(
        "2026-11-22T08:40:09.555222Z [info     ] broker_up                      [broker] port=1 process=fleet\n"
        "2026-11-22T08:40:10.722436Z [warning  ] alert_opened                   [alerts] alert=1 process=fleet\n"
        "2026-11-22T08:40:11.722436Z [error    ] fleet_part_failed              [fleet] part=console process=fleet\n",
        encoding="utf-8",
    )
    assert errors(log) == ["far end: fleet_part_failed"]


async def test_a_far_end_that_does_not_come_up_is_told(tmp_path: Path) -> None:
    far_end = FarEnd(tmp_path / "fleet", ("false",))
    with pytest.raises(ChildError, match="fleet ended with code 1 before it was ready"):
        await far_end.start(tmp_path / "fleet.stderr")


async def test_a_console_that_cannot_be_looked_at_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operator, "CHROMIUM", str(tmp_path / "no-browser"))
    async with operator.Operator(FarEnd(tmp_path / "fleet", ()), tmp_path / "console", "DEMO01") as someone:
        with pytest.raises(FarEndError, match="the console does not show what it must"):
            await someone.arrives()
        with pytest.raises(FarEndError, match="nobody has signed in"):
            await someone.sees_the_alerts()
