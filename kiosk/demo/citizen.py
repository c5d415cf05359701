"""A scripted citizen: eyes on the glass, a finger, hands for cards, keys and paper. Knows nothing of the inside."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from devices.bench.places import STAFF
from kiosk.demo.glass import Stroke
from kiosk.demo.recorder import Visit
from kiosk.demo.stand import Stand
from statemachines.views import Drawn

THINKING = 0.35
"""Seconds between seeing a page and acting on it: a brisk visitor, so that the demonstration is not a film."""

LOOKING = 1.0
"""Seconds for what is to be looked at with care: oneself before the camera, one's own signature."""

KEY_PACE = 0.15
"""Seconds from key to key."""


class Citizen:
    """One person of the wallet, at one stand."""

    def __init__(self, stand: Stand, visit: Visit, pictures: Path) -> None:
        self._stand = stand
        self._visit = visit
        self._pictures = pictures
        self._last = 0

    @property
    def key(self) -> str:
        """Who it is, by the wallet's key."""
        return self._visit.key

    async def sees(self, *pages: str, seconds: float = 30.0, offering: Sequence[str] = ()) -> Drawn:
        """Wait for one of these pages, ``offering`` one of these intents, and look at it for a moment."""
        drawn = await self._stand.glass.page(*pages, seconds=seconds, after=self._last, offering=offering)
        self._last = drawn.number
        await asyncio.sleep(THINKING)  # a person's pace, not a wait for the machine
        return self._stand.glass.shown or drawn

    async def looks(self) -> None:
        """Take a moment."""
        await asyncio.sleep(LOOKING)  # a person's pace, not a wait for the machine

    async def touches(self, intent: str, value: str = "") -> None:
        """Touch something on the present page."""
        touched = await self._stand.glass.touch(intent, value)
        self._last = max(self._last, touched.number)

    async def signs(self, strokes: Sequence[Stroke]) -> None:
        """Sign with a finger, and say that it is done."""
        await self._stand.glass.draw("ink", strokes)
        await self._stand.glass.page("Sign", offering=["signed"])
        await self.looks()
        await self.touches("signed")

    async def sits_down(self) -> None:
        """Be before the camera."""
        await self._stand.bench.sit_down(self.key)

    async def takes_new_card(self) -> None:
        """Take the card that the machine holds out."""
        taken = await self._stand.bench.take_new_card(self.key)
        self._visit.new_card = str(taken["card"]).partition("/")[0]

    async def inserts_card(self) -> None:
        """Put the social security card into the slot."""
        await self._stand.bench.insert_card(self.key)

    async def takes_card(self) -> None:
        """Take it out."""
        await self._stand.bench.take_card(self.key)

    async def lays_id_card(self) -> None:
        """Lay the ID card on the plate."""
        await self._stand.bench.lay_id_card(self.key)

    async def lifts_id_card(self) -> None:
        """Lift it."""
        await self._stand.bench.lift_id_card(self.key)

    async def types_pin(self) -> None:
        """Type the PIN of the own card at the pad, and enter."""
        await self._pad_listens()
        await self._stand.bench.type(self.key, own_pin=True, then="enter", pace=KEY_PACE)

    async def types(self, digits: str) -> None:
        """Type digits at the pad as soon as it wants some, and enter."""
        await self._pad_listens()
        await self._stand.bench.type(self.key, digits, then="enter", pace=KEY_PACE)

    async def is_vouched_for(self, number: str, code: str) -> None:
        """An attendant comes, looks, and types number and code."""
        for digits in (number, code):
            await self._pad_listens()
            await self._stand.bench.type(STAFF, digits, then="enter", pace=KEY_PACE)

    async def _pad_listens(self) -> None:
        """Wait until it wants the first digit: what was typed before is no longer in it."""

        def listens(scene: dict[str, Any]) -> bool:
            return bool(scene["input"] != "off" and scene["typed"] == 0)

        await self._stand.bench.wait_scene("pin-pad", listens)

    async def takes_paper(self) -> None:
        """Tear off what hangs at the outlet and keep its picture."""
        before = {receipt["number"] for receipt in await self._stand.bench.receipts() if self._is_ours(receipt)}
        await self._stand.bench.tear_off(self.key)
        for receipt in await self._stand.bench.receipts():
            if self._is_ours(receipt) and receipt["number"] not in before:
                picture = self._pictures / f"receipt-{receipt['number']:03}.png"
                picture.write_bytes(await self._stand.bench.receipt_png(receipt["number"]))
                self._visit.receipts.append(picture)

    def _is_ours(self, receipt: dict[str, object]) -> bool:
        return receipt["place"] == f"with:{self.key}"
