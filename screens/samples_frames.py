"""Frames around the samples: where the machine stands, and what the citizen can do there."""

from __future__ import annotations

from statemachines.views import Frame

PLACE = "示例市社会保障服务中心"
MACHINE = "自助机 3 号"


def frame(**facts: object) -> Frame:
    """With these facts besides the place."""
    return Frame(number=1, place=PLACE, machine=MACHINE, **facts)  # type: ignore[arg-type]


NOBODY = frame()
SESSION = frame(leave=True)
CARD = frame(leave=True, card_in=True)
BACK = frame(leave=True, back=True, card_in=True)
AWAY = frame(leave=True, back=True)
"""As BACK, with no card in."""
