"""Two people of the staff: they put the machine right by hand, and go through its own maintenance mode at the pad."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from eyes import Eyes
from machine import Machine, Stuck
from wallets import BANKS

from devices.bench.client import BenchRefused, BenchTimeout
from kiosk.demo.preparing import STAFF
from statemachines.views import EnterDigits, Instruction, Maintenance, Menu, Page, PinEntry, Show

PAIRS = (("1002", "1003"), ("1002", "1001"), ("1004", "1003"))
MOST_STEPS = 250
SHOWS: Mapping[str, type[Page]] = {
    **dict.fromkeys(("first_person", "second_person"), PinEntry),
    **dict.fromkeys(("tasks", "load_hopper", "count_hopper", "load_delivery", "finding_card"), Menu),
    **dict.fromkeys(("loading", "opening_bin", "opening_slot", "looking_for_card"), Instruction),
    **dict.fromkeys(("first_count", "second_count", "number_loaded"), EnterDigits),
}
"""State -> its page."""
STORES = {"opening_bin": ("empty_reject_box", "destroyed"), "opening_slot": ("empty_holding_slot", "sealed")}
"""State -> the hand at the printer, and what becomes of the cards."""


class Keepers(Eyes):
    """One visit. ``seal``: what nobody fetched goes into the sealed bin as well."""

    def __init__(self, machine: Machine, chance: random.Random, *, seal: bool = False) -> None:
        super().__init__(machine)
        self.chance = chance
        self.to_sign_in = list(chance.choice(PAIRS))
        self.typing = self.to_sign_in[0]
        self.to_do = ["card", "bin", *(["held"] if seal else []), "count", "load"]
        self.counted: set[str] = set()
        self.found = next((serial for serial, fate in machine.carried.items() if fate == "in hand"), "")
        """The serial of a card that was taken out of the path, now or by those before, and is still in their hands."""
        self.answers: list[str] = []
        """What is still to be said of it."""
        self.blocked = True
        self.bank = BANKS[0]

    async def visit(self) -> None:
        """Repair, then the maintenance mode, until the machine is back in service or says why not."""
        machine = self.machine
        await machine.heals(everything=True)
        await machine.hands("receipt-printer", "new_roll")
        with suppress(BenchRefused):
            await machine.bench.tear_off(None)
        await self._open_up()
        await self.until_idle()
        machine.call_engineer()
        await self.until_not_idle()
        for _ in range(MOST_STEPS):
            show = await self.next()
            self.acted = show.frame.number
            if self.idle:
                break
            await machine.passes(0)
            answer = await self._answer(show, machine.seen["state"].rpartition(".")[2])
            if answer is not None:
                machine.glass.send(show, *answer)
        else:
            raise Stuck(f"the staff do not come to an end in {machine.seen['state']}")
        machine.events.append(("staff", "visit"))

    async def _open_up(self) -> None:
        """Cover open: whatever card is in the path comes out; a new ribbon; closed again."""
        hands = self.machine.hands
        await hands("card-printer", "open_cover")
        before = {each["serial"] for each in await self.machine.bench.new_cards() if each["place"] == "with:staff"}
        await hands("card-printer", "clear_path")
        after = {each["serial"] for each in await self.machine.bench.new_cards() if each["place"] == "with:staff"}
        for serial in after - before:
            self.found = serial
            self.machine.carried[serial] = "in hand"
            self.machine.events.append(("staff", "card taken out of the path"))
        await hands("card-printer", "new_ribbon")
        await hands("card-printer", "close_cover")

    async def _answer(self, show: Show, state: str) -> tuple[str, str] | None:
        page: Any = show.page
        if isinstance(page, Maintenance):
            return self._at_machine(page)
        if not isinstance(page, SHOWS.get(state, object)):
            return None  # the state has moved on, and its view is on its way
        match state:
            case "first_person" | "second_person":
                await self._sign_in(state, page)
                return None
            case "tasks":
                return self._task(page)
            case "load_hopper" | "count_hopper" | "load_delivery" | "finding_card":
                return await self._choose(state, page)
            case "loading" | "opening_bin" | "opening_slot" | "looking_for_card":
                await self._by_hand(state, page)
                return ("done", "")
            case "first_count" | "second_count" | "number_loaded":
                return ("enter", str(await self._number(state)))
            case "not_done" | "not_allowed" | "list_printed":
                if state == "not_done" and self.answers[1:]:
                    self.to_do.insert(0, "card")
                    self.answers.pop(0)
                with suppress(BenchRefused):
                    await self.machine.bench.tear_off("staff")
                return ("done", "")
        return ("more_time", "") if type(page).__name__ == "StillThere" else None

    def _at_machine(self, page: Maintenance) -> tuple[str, str]:
        offered = [choice.id for choice in page.choices if choice.why_not is None]
        if "card" not in self.to_do:
            self.answers = []
        if "sign_out" in offered:
            self.blocked = any(row.look == "wrong" for row in page.rows)
            return ("choose", "tasks" if self.to_do else "sign_out")
        if "stock" in offered and self.to_do:
            self.to_sign_in = list(self.chance.choice(PAIRS))
            return ("choose", "stock")
        return ("choose", "back_in_service")

    async def _sign_in(self, state: str, page: Any) -> None:
        if page.typed:
            return
        number = self.to_sign_in[state == "second_person"]
        digits = number if page.length == 4 else STAFF[number][1]
        if self.chance.random() < 0.03:
            digits = "0" * len(digits)
        with suppress(BenchTimeout, BenchRefused):
            await self.machine.bench.wait_scene("pin-pad", lambda scene: scene["input"] != "off", seconds=1.0)
            await self.machine.bench.type("staff", digits, then="enter")

    def _task(self, page: Any) -> tuple[str, str]:
        enabled = {choice.id for choice in page.choices if choice.why_not is None}
        while self.to_do and self.to_do[0] not in enabled:
            self.to_do.pop(0)
        if not self.to_do:
            return ("back", "")
        task = self.to_do[0]
        if task == "count" and len(self.counted) < len(BANKS):
            return ("choose", task)
        self.to_do.pop(0)
        if task == "count":
            return self._task(page)
        return ("choose", task)

    async def _choose(self, state: str, page: Any) -> tuple[str, str]:
        offered = [choice.id for choice in page.choices if choice.why_not is None]
        if state == "count_hopper":
            self.hopper = next((each for each in offered if each not in self.counted), "")
            if not self.hopper:
                self.counted.update(f"hopper-{nth}" for nth, _ in enumerate(BANKS))
                return ("back", "")
            self.counted.add(self.hopper)
            return ("choose", self.hopper)
        if state == "load_hopper":
            short = [f"hopper-{nth}" for nth, bank in enumerate(BANKS, 1) if self.machine.cupboard[bank]]
            self.hopper = next((each for each in short if each in offered), "")
            return ("choose", self.hopper) if self.hopper else ("back", "")
        if state == "finding_card":
            return ("choose", self._said_of_card())
        return ("choose", offered[0])

    def _said_of_card(self) -> str:
        """What is nobody's is destroyed; the machine refuses that for one that is somebody's: then it is sealed."""
        said = self.answers[0]
        if self.found:
            self.machine.carried[self.found] = said
        self.machine.events.append(("staff", f"said of a card: {said}"))
        return said

    async def _by_hand(self, state: str, page: Instruction) -> None:
        if state == "looking_for_card":
            if not self.found:
                await self._open_up()
            if not self.answers:
                in_bin = not self.found and await self._too_many_in_bin(page)
                self.answers = ["in_bin"] if in_bin else ["destroyed", "sealed"] if self.found else ["nothing"]
            return
        if state == "loading":
            nth = int(self.hopper.rpartition("-")[2])
            cards = self.machine.cupboard[BANKS[nth - 1]]
            self.loading, cards[:3] = cards[:3], []
            await self.machine.refill(nth, self.loading)
            self.machine.events.append(("staff", "hopper filled"))
            return
        action, fate = STORES[state]
        before = {each["serial"] for each in await self.machine.bench.new_cards() if each["place"] == "with:staff"}
        await self.machine.bench.act("card-printer", action)
        for each in await self.machine.bench.new_cards():
            if each["place"] == "with:staff" and each["serial"] not in before:
                self.machine.carried[each["serial"]] = fate
        self.machine.events.append(("staff", "bin emptied" if fate == "destroyed" else "held cards sealed"))

    async def _too_many_in_bin(self, page: Instruction) -> bool:
        (said,) = (note.args["count"].value for note in page.notes if note.key == "stock.card.look_in_bin")
        there = sum(each["place"] == "in:card-printer/reject-box" for each in await self.machine.bench.new_cards())
        return bool(there > said)

    async def _number(self, state: str) -> int:
        if state == "number_loaded":
            return len(self.loading)
        place = f"in:card-printer/{self.hopper}"
        true = sum(each["place"] == place for each in await self.machine.bench.new_cards())
        return true + (state == "first_count" and self.chance.random() < 0.05)
