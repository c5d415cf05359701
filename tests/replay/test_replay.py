"""What went wrong once goes wrong again, step by step: incidents made here, and those that came from the field.

``KIOSK_PROOF=long``: all that is made here; without it, what ``make test`` has time for.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hall import Hall
from replaying import Incident, exported, replayed
from workshop import Workshop, workshop

from kiosk.catalogue.rules import Reason

LONG = os.environ.get("KIOSK_PROOF") == "long"
FIELD = sorted((Path(__file__).parent / "incidents").glob("*.json"))
Order = Callable[[Hall], None]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with workshop(tmp_path_factory.mktemp("replay")) as made:
        yield made


async def _happen(
    bench: Workshop, *, at: str, order: Order, reason: Reason, hand: bool, cut: int | None
) -> dict[str, Any]:
    bench.renew()
    hall = Hall(bench)
    await hall.open()

    orders = [order]

    def on_state(state: str) -> None:
        if state == at and orders:
            orders.pop()(hall)

    await hall.citizen(reason, hand=hand, at=on_state, cut_after=cut)
    told = exported(hall)
    await hall.everybody_is_told()
    await hall.close()
    return told


def happened(
    bench: Workshop, at: str = "", order: Order = lambda hall: None, *, reason: Reason = Reason.FIRST,
    hand: bool = True, cut: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The export of an incident."""
    return asyncio.run(_happen(bench, at=at, order=order, reason=reason, hand=hand, cut=cut))


def lost(path: str, times: int, kind: str = "lost_reply") -> Order:
    return lambda hall: hall.bench.order(kind, path, times=times)


WAYS: dict[str, dict[str, Any]] = {
    "a jam under the head": {"at": "making.printing", "order": lambda hall: hall.fault("jam_print")},
    "a jam at the exit, committed": {"at": "handing_over.presenting", "order": lambda hall: hall.fault("jam_exit")},
    "the ribbon broke": {"at": "making.printing", "order": lambda hall: hall.fault("ribbon_break")},
    "a panel is missing": {"at": "making.printing", "order": lambda hall: hall.fault("missing_panel", value="m")},
    "the first chip is dead": {"at": "making.preparing", "order": lambda hall: hall.dead_chips(1)},
    "both chips are dead, with a fee": {
        "at": "making.preparing", "order": lambda hall: hall.dead_chips(2), "reason": Reason.DAMAGED,
    },
    "a motion's answer was lost": {"at": "making.feeding", "order": lambda hall: hall.fault("lost_reply", value=1)},
    "the commit never arrived": {"at": "making.committing", "order": lost("/v1/issuing/commits", 3, "lost_request")},
    "the host was away": {"at": "making.comparing", "order": lambda hall: hall.plug.away.add("host")},
    "not taken": {"hand": False},
}  # fmt: skip


SHORT = ("a panel is missing", "a motion's answer was lost", "the host was away")
"""Each for a kind of cause: a print, a motion, a wire. :mod:`test_replay_screens` has a chip, a hand, a cut."""
CHOSEN = {name: way for name, way in WAYS.items() if LONG or name in SHORT}


@pytest.mark.parametrize("way", CHOSEN.values(), ids=list(CHOSEN))
def test_it_goes_wrong_again_in_the_same_steps(bench: Workshop, way: dict[str, Any]) -> None:
    found = Incident.of(happened(bench, **way))
    assert replayed(bench, found).steps == found.steps


@pytest.mark.parametrize("points", [60, 180, 330, 400] if LONG else [330])
def test_a_power_cut_is_found_again(bench: Workshop, points: int) -> None:
    found = Incident.of(happened(bench, cut=points))
    assert found.cut_after is not None
    assert replayed(bench, found).steps == found.steps


@pytest.mark.parametrize("file", FIELD, ids=lambda file: file.stem)
def test_an_incident_of_the_field(bench: Workshop, file: Path) -> None:
    """docs/incidents.md says how one comes here."""
    found = Incident.read(file)
    assert replayed(bench, found).steps == found.steps


def test_nothing_personal_is_in_an_export(bench: Workshop) -> None:
    told = happened(bench, **WAYS["both chips are dead, with a fee"])
    (person, *_) = bench.get("/sandbox/people", social_side="normal")
    text = json.dumps(told, ensure_ascii=False)
    for key in ("number", "id_card_name", "host_name", "identifier", "card_number"):
        assert str(person[key])
        assert str(person[key]) not in text
    from workshop import STOCK

    for card in STOCK.cards:
        assert card.account not in text
    assert told["traffic"]
