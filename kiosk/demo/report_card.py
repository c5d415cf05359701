"""A card made during a visit, on the demonstration's page: faces, chip, and the journal of its issue as a time line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from kiosk.demo.made_card import SIDES, MadeCard
from kiosk.journal.timeline import Moment

_VERIFIED = "issue.record_verified"


def section(made: MadeCard, name: str, folder: Path) -> str:
    """HTML. ``name``: whose card it is."""
    faces = "".join(
        f'<figure><a href="{path}"><img src="{path}" alt="{side}"></a><figcaption>{side}</figcaption></figure>'
        for side, path in zip(SIDES, (os.path.relpath(face, folder) for face in made.faces), strict=True)
    )
    chip = "".join(
        f"<tr><td>{escape(field.replace('_', ' '))}</td><td>{escape(value) or '–'}</td></tr>"
        for field, value in made.chip.items()
    )
    return f"""<h3>The card that was made for {escape(name)}</h3>
<div class="card"><div class="faces">{faces}</div>
<table class="chip"><caption>What its chip says, masked as on the screen</caption>{chip}</table></div>
<h3>The journal of the issue, {escape(made.business)}</h3>
{_journal(made.moments)}"""


def summary(made: MadeCard, folder: Path) -> dict[str, Any]:
    """For programs."""
    return {
        "serial": made.serial,
        "business": made.business,
        "faces": [os.path.relpath(face, folder) for face in made.faces],
        "chip": dict(made.chip),
        "steps": [moment.step for moment in made.moments],
    }


def brief(moments: Iterable[Moment]) -> Iterator[Moment]:
    """Records of the chip verified one after another as one moment; what says again what was just said left out."""
    last = ""
    for verified, several in groupby(moments, key=lambda moment: moment.step == _VERIFIED):
        group = list(several)
        if verified:
            took = round(group[-1].seconds - group[0].seconds, 3)
            group = [replace(group[0], words=f"{len(group)} chip records verified", took=took, facts={})]
        for moment in group:
            if moment.words != last or moment.result:
                yield moment
            last = moment.words


def _journal(moments: Sequence[Moment]) -> str:
    whole = max((moment.seconds + (moment.took or 0.0) for moment in moments), default=0.0) or 1.0
    rows = "".join(_row(moment, whole) for moment in brief(moments))
    return f"""<table class="journal"><tr><th>seconds</th><th>what</th><th>with</th><th>result</th><th>took</th>
<th class="when"></th></tr>{rows}</table>"""


def _row(moment: Moment, whole: float) -> str:
    place = f"left:{100 * moment.seconds / whole:.1f}%;width:{100 * (moment.took or 0.0) / whole:.1f}%"
    took = "" if moment.took is None else f"{moment.took:.2f}"
    facts = ", ".join(f"{key} {value}" for key, value in moment.facts.items() if key != "serial")
    return (
        f'<tr title="{escape(moment.step)}"><td>+{moment.seconds:.2f}</td>'
        f"<td>{escape(moment.words)}{f' <small>{escape(facts)}</small>' if facts else ''}</td>"
        f"<td>{escape(moment.party.value)}</td><td>{escape(moment.result.replace('_', ' '))}</td><td>{took}</td>"
        f'<td class="when"><i class="{escape(moment.party.value)}" style="{place}"></i></td></tr>'
    )
