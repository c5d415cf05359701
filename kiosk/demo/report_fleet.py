"""The far end on the demonstration's page: pictures of the console, and what of the day it has counted."""

from __future__ import annotations

import os
import tomllib
from html import escape
from pathlib import Path
from typing import Any

from kiosk.demo.afar import Afar
from kiosk.demo.far_end import Counted

WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def section(afar: Afar, folder: Path) -> str:
    """HTML."""
    figures = "".join(
        _figure(name, afar.pictures[name], said["title"], said["sentence"].format(neighbours=afar.neighbours), folder)
        for name, said in WORDS["picture"].items()
    )
    return f"""<section><h2>Seen from afar · 远程监控</h2>
<p>All the while this kiosk belonged to a fleet: it joined with a code, and told over mutual TLS what it can do and how
it goes. Broker, ingest, alerts, API and console ran beside it; these are pictures of the console in a browser.</p>
<div class="strip afar">{figures}</div>
<h3>What of the day the far end has counted</h3>{_counted(afar.counted)}</section>"""


def summary(afar: Afar, folder: Path) -> dict[str, Any]:
    """For programs."""
    return {
        "sent": afar.counted.sent,
        "stored": afar.counted.stored,
        "kinds": dict(sorted(afar.counted.kinds.items())),
        "alerts": [{name: each[name] for name in ("device", "code", "state")} for each in afar.alerts],
        "pictures": {name: os.path.relpath(file, folder) for name, file in afar.pictures.items()},
        "neighbours": afar.neighbours,
    }


def _figure(name: str, file: Path, title: str, sentence: str, folder: Path) -> str:
    path = os.path.relpath(file, folder)
    return (
        f'<figure class="{name}"><a href="{path}"><img loading="lazy" src="{path}" alt="{escape(title)}"></a>'
        f"<figcaption><b>{escape(title)}</b><br>{escape(sentence)}</figcaption></figure>"
    )


def _counted(counted: Counted) -> str:
    rows = "".join(
        f"<tr><td>{escape(WORDS['kind'].get(kind, kind))}</td><td>{count}</td></tr>"
        for kind, count in sorted(counted.kinds.items(), key=lambda each: -each[1])
    )
    kind, sign, is_ = ("ok", "✓", "=") if counted.agree else ("bad", "✗", "≠")
    told = f"{sign} {counted.sent} messages sent by the kiosk {is_} {counted.stored} stored far away, each number once"
    return f"<p class={kind}>{told}</p><table class=chip>{rows}</table>"
