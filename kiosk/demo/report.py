"""The demonstration on one page that a person can read, and as a summary that a program can."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from html import escape
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

from kiosk.demo import report_card, report_fleet
from kiosk.demo.afar import Afar
from kiosk.demo.recorder import Seen, Visit

STYLE = Path(__file__).with_name("report.css").read_text(encoding="utf-8")


def write(
    folder: Path, visits: Sequence[Visit], afar: Afar | None, faults: Sequence[str], timing: dict[str, float]
) -> None:
    """Write ``index.html`` and ``summary.json`` into ``folder``."""
    summary = {
        "citizens": [_summary(visit, folder) for visit in visits],
        **({} if afar is None else {"fleet": report_fleet.summary(afar, folder)}),
        "faults": list(faults),
        "version": version("social-security-card-kiosk"),
    }
    text = json.dumps(summary, ensure_ascii=False, indent=2) + "\n"
    (folder / "summary.json").write_text(text, encoding="utf-8")
    page = _page(folder, visits, afar, faults, timing, summary["version"])
    (folder / "index.html").write_text(page, encoding="utf-8")


def _summary(visit: Visit, folder: Path) -> dict[str, Any]:
    made = {"card": report_card.summary(visit.made, folder)} if visit.made is not None else {}
    return {
        "name": visit.name,
        "service": visit.service,
        "outcome": visit.outcome,
        "seconds": round(visit.seconds, 1),
        "screens": [seen.page for seen in visit.screens],
        "receipts": [_relative(receipt, folder) for receipt in visit.receipts],
        **made,
    }


def _relative(path: Path, folder: Path) -> str:
    return os.path.relpath(path, folder)


def _page(
    folder: Path,
    visits: Sequence[Visit],
    afar: Afar | None,
    faults: Sequence[str],
    timing: dict[str, float],
    release: object,
) -> str:
    rows = "".join(
        f"<tr><td>{escape(visit.name)}</td><td>{escape(visit.service)}</td><td>{escape(visit.outcome)}</td>"
        f"<td>{visit.seconds:.1f} s</td><td>{len(visit.screens)}</td><td>{len(visit.receipts)}</td></tr>"
        for visit in visits
    )
    told = (
        "".join(f"<li class=bad>{escape(fault)}</li>" for fault in faults)
        if faults
        else "<li class=ok>✓ no device and no part of the kiosk reported a fault</li>"
    )
    shortened = ", ".join(f"{name} {seconds:g} s" for name, seconds in timing.items())
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Social security card kiosk: four citizens</title><style>{STYLE}</style></head><body><main>
<h1>Four citizens at the kiosk</h1>
<p>A run of the whole kiosk, unattended: the real controller and touchscreen, simulated devices on real transports, the
sandbox host and a fleet over mutual TLS. Every touch is a touch on the window, every card goes through pcscd or the
serial line. Version {escape(str(release))}. People and numbers are invented. Waiting was shortened for this run:
{shortened}.</p>
<table><tr><th>citizen</th><th>came for</th><th>outcome</th><th>took</th><th>screens</th><th>receipts</th></tr>
{rows}</table>
<ul>{told}</ul>
{"".join(_visit(visit, folder) for visit in visits)}
{"" if afar is None else report_fleet.section(afar, folder)}
</main></body></html>
"""


def _visit(visit: Visit, folder: Path) -> str:
    screens = "".join(_run([*run], folder) for _, run in groupby(visit.screens, key=lambda seen: seen.page))
    receipts = "".join(
        f'<figure><a href="{_relative(path, folder)}"><img src="{_relative(path, folder)}" alt="receipt"></a></figure>'
        for path in visit.receipts
    )
    paper = (
        f'<h3>What {escape(visit.name)} took along</h3><div class="strip receipts">{receipts}</div>' if receipts else ""
    )
    card = report_card.section(visit.made, visit.name, folder) if visit.made is not None else ""
    outcome = visit.outcome[:1].upper() + visit.outcome[1:]
    return f"""<section><h2>{escape(visit.name)}</h2><p>{escape(visit.story)} {escape(outcome)}.</p>
{_time_line(visit)}<div class="strip">{screens}</div>{paper}{card}</section>"""


def _run(run: Sequence[Seen], folder: Path) -> str:
    """The same page several times in a row; of a PIN entry each key makes one, and the later ones are shown small."""
    large = 1 if run[0].page == "PinEntry" else len(run)
    keys = "".join(
        f'<a href="{path}"><img loading="lazy" src="{path}" alt="{seen.seconds:.1f} s"></a>'
        for seen, path in ((seen, _relative(seen.picture, folder)) for seen in run[large:] if seen.picture is not None)
    )
    screens = "".join(_screen(seen, folder) for seen in run[:large])
    return screens + (f'<div class="keys">{keys}</div>' if keys else "")


def _screen(seen: Seen, folder: Path) -> str:
    caption = f"<b>{escape(seen.page)}</b> {seen.seconds:.1f} s"
    if seen.picture is None:
        return f'<div class="brief">{caption}<br>too brief for a picture</div>'
    path = _relative(seen.picture, folder)
    return (
        f'<figure><a href="{path}"><img loading="lazy" src="{path}" alt="{escape(seen.page)}"></a>'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _time_line(visit: Visit) -> str:
    whole = max(visit.seconds, 0.1)
    marks, last, label_at = "", "", -100.0
    for seen in visit.screens:
        if seen.page == last:
            continue
        last, left = seen.page, min(100.0, 100 * seen.seconds / whole)
        marks += f'<i style="left:{left:.1f}%" title="{escape(seen.page)} {seen.seconds:.1f} s"></i>'
        if left - label_at >= 4.5:
            marks += f'<span style="left:{left:.1f}%">{escape(seen.page)}</span>'
            label_at = left
    return f'<div class="line" role="img" aria-label="time line">{marks}</div>'
