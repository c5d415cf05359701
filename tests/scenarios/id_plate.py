"""An ID reader beside the bench, so that any document can be laid on it; it speaks its own bytes.

And the documents of the host's synthetic people."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from kiosk_rig import Kiosk

from devices.bench.line import Line
from devices.id_reader.simulator import SamVSimulator


class Plate:
    """The ID reader's plate and the hands above it."""

    def __init__(self) -> None:
        self.simulator = SamVSimulator()
        self.line = Line(self.simulator, "pty:")

    def lay(self, card: dict[str, Any]) -> None:
        self.line.call(lambda: self.simulator.lay(card))

    def lift(self) -> None:
        self.line.call(self.simulator.lift)

    async def lift_and_be_seen(self) -> None:
        """Lift, and wait until the reader has looked at the empty plate."""
        looked = threading.Semaphore(0)
        self.lift()
        self.simulator.watch = looked.release
        for _ in range(2):
            assert await asyncio.to_thread(looked.acquire, timeout=5)
        self.simulator.watch = None


async def person(kiosk: Kiosk, place: int = 0, **wanted: Any) -> dict[str, Any]:
    """A synthetic person of a kind, by the host's own list."""
    answer = await kiosk.host.get("/sandbox/people", params={"limit": place + 1, **wanted})
    return dict(answer.json()[place])


def card_of(who: dict[str, Any], **changes: object) -> dict[str, Any]:
    """The ID document of a synthetic person."""
    name = who["id_card_name"]
    foreign = {
        "foreigner2017": {"english_name": name, "nationality": "UTO", "version": "01", "authority_code": "9900"},
        "foreigner2023": {"english_name": name, "nationality": "UTO", "renewal_count": "01"},
    }
    permit = {"hmt": {"pass_number": "H00000001", "issue_count": "01"}}
    return {
        "kind": who["document"],
        "name": name,
        "sex": "2",
        "nation_code": "01",
        "birth_date": who["birth_date"],
        "address": "示例省示例市新华区幸福路3号",
        "number": who["number"],
        "authority": "示例市公安局",
        "valid_from": "2019-07-01",
        "valid_until": who["id_valid_until"] or None,
        **foreign.get(who["document"], {}),
        **permit.get(who["document"], {}),
        **changes,
    }
