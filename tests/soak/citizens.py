"""Citizens of all kinds, by chance: each reads whatever page is shown and answers with what it offers, or not."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from eyes import Eyes
from machine import Machine, Stuck

from devices.bench.client import BenchRefused, BenchTimeout
from kiosk.demo.preparing import STAFF
from statemachines.views import Attract, Farewell, OutOfService, PinEntry, Show

SIGNATURE = "100,500 300,300 500,600 800,400"
STRAY = (("choose", "nothing_like_it"), ("agree", ""), ("enter", "12"), ("signed", "1,2"), ("right", ""), ("take", ""))
REASONS = ("first", "lost", "damaged", "demagnetised", "renamed", "expired", "upgrade")
WISHES: tuple[tuple[str, tuple[str, ...], int], ...] = (
    ("query", ("card_status", "medical_account", "pension", "contributions", "benefits", "personal_data"), 26),
    ("change PIN", ("change_pin",), 10),
    ("a card", ("issue_card", "replace", *REASONS, "example_bank", "camera", "set_pin"), 46),
    ("a card, later", ("issue_card", "replace", *REASONS, "rural_bank", "receipt", "later", "deferred"), 14),
    ("a held card", ("collect_card", "later"), 8),
    ("nothing special", (), 6),
)
"""What they come for: a name, choices that are made where there are any, a weight."""
NOTHING: tuple[str, str] | None = None


@dataclass
class Town:
    """What citizens know and own from one visit to the next. ``pins``: by card, ``KEY/social`` or ``SERIAL/new``."""

    people: list[str]
    pins: dict[str, list[str]]
    numbers: dict[str, str]
    new_cards: dict[str, list[str]] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)
    """Every PIN that was ever typed: none may be found anywhere."""


class Citizen(Eyes):
    """One visit. ``between``: called before each step; whatever goes wrong goes wrong there, True: after a cut."""

    def __init__(
        self,
        machine: Machine,
        town: Town,
        chance: random.Random,
        between: Callable[[], Awaitable[bool]],
        *,
        steps: float = 1.0,
    ) -> None:
        super().__init__(machine)
        self.town, self.chance, self.between = town, chance, between
        self.person = chance.choice(town.people)
        self.wish, self.prefers, _ = chance.choices(WISHES, [weight for _, _, weight in WISHES])[0]
        self.patience = int(chance.choice((12, 40, 60, 60, 80)) * steps)
        """Steps until they want to leave."""
        self.careless = chance.random() < 0.15
        self.gone = False
        self.card = ""
        self.pages: list[str] = []
        self._new_pin = ""

    def likely(self, probability: float) -> bool:
        return self.chance.random() < probability

    async def visit(self) -> str:
        """From the first touch until nobody is served; how it ended."""
        begun = False
        for _ in range(self.patience + 400):
            if await self.between():
                self.acted, self.gone, begun = 0, True, True
            show = await self.next(hurry=self.gone)
            page = show.page
            name = type(page).__name__
            if isinstance(page, OutOfService) or (isinstance(page, Attract) and (begun or self.gone)):
                break
            self.pages.append(name)
            begun = begun or not isinstance(page, Attract)
            await self._deal_with(show, name)
        else:
            raise Stuck(f"{self.person} does not come to an end: {self.pages[-20:]}")
        await self.tidy()
        return "gone away" if self.gone else "to the end"

    async def _deal_with(self, show: Show, name: str) -> None:
        self.acted = show.frame.number
        self.patience -= 1
        if not self.gone and self.likely(0.012):
            self.gone = True
        handle = getattr(self, f"on_{name.lower()}", None)
        if self.gone:
            if name == "Notice":  # a card that was left lying began it
                await self.take_back("staff")
                self.machine.events.append(("staff", "forgotten card taken away"))
            if name == "TakeCard" and (self.likely(0.6) or self.machine.seen["state"].endswith("card_left")):
                await self.take_back("staff" if self.machine.seen["state"].endswith("card_left") else self.person)
            return
        if self.likely(0.04):
            intent, value = self.chance.choice(STRAY)
            self.machine.glass.touch_on(show.frame.number - self.chance.choice((0, 1, 7)), intent, value)
        if self.likely(0.05) and show.frame.leave:
            extra = self.chance.choice((("language", "en"), ("language", "zh"), ("large", ""), ("help", "")))
            self.machine.glass.send(show, *extra)
            return
        if self.patience <= 0 and show.frame.leave:
            self.machine.glass.send(show, "leave")
            return
        answer = await handle(show.page, show) if handle is not None else None
        if answer is not None:
            self.machine.glass.send(show, *answer)

    # -- hands ---------------------------------------------------------------------------------------------------------

    async def put_card(self) -> None:
        """Their card into the slot: their own, or a new one that they got here."""
        bench = self.machine.bench
        mine = self.town.new_cards.get(self.person, [])
        card = f"{self.chance.choice(mine)}/new" if mine and self.likely(0.6) else None
        with suppress(BenchRefused):
            await bench.insert_card(self.person, card=card)
            self.card = card or f"{self.person}/social"

    async def put_id_card(self) -> None:
        with suppress(BenchRefused):
            await self.machine.bench.lay_id_card(self.person)

    async def take_back(self, hand: str) -> None:
        """Whatever lies in or on the machine."""
        for take in (self.machine.bench.take_card, self.machine.bench.lift_id_card):
            with suppress(BenchRefused):
                await take(hand)

    async def types(self, digits: str, then: str = "enter") -> None:
        bench = self.machine.bench
        with suppress(BenchTimeout, BenchRefused):
            await bench.wait_scene("pin-pad", lambda scene: scene["input"] != "off", seconds=1.0)
            await bench.type(self.person, digits, then=then)  # type: ignore[arg-type]

    async def tidy(self) -> None:
        """The hall is tidied: cards back to their owners, paper into the tray."""
        bench = self.machine.bench
        await self.take_back(self.person)
        for each in await bench.cards():
            owner = each["card"].partition("/")[0]
            if each["card"].endswith(("/social", "/id")) and each["place"] != f"with:{owner}":
                with suppress(BenchRefused):
                    await bench.hand_over(each["card"], owner)
        with suppress(BenchRefused):
            await bench.tear_off(None)

    # -- pages ---------------------------------------------------------------------------------------------------------

    async def on_attract(self, page: Any, show: Show) -> Any:
        if self.likely(0.1):
            await self.put_card()
            return None
        return ("start", "")

    async def on_notice(self, page: Any, show: Show) -> Any:
        return ("agree", "") if self.likely(0.97) else ("leave", "")

    async def on_identify(self, page: Any, show: Show) -> Any:
        by_id = self.wish.startswith("a ") or self.likely(0.4)
        if self.likely(0.3):
            return self._choose(page.ways, prefers=("id_card",) if by_id else ("card",))
        await (self.put_id_card() if by_id else self.put_card())
        return None

    async def on_insertcard(self, page: Any, show: Show) -> Any:
        await self.take_back(self.person)
        await self.put_card()
        return ("back", "") if self.likely(0.1) or page.problem is not None else None

    async def on_layidcard(self, page: Any, show: Show) -> Any:
        await self.take_back(self.person)
        await self.put_id_card()
        return ("back", "") if self.likely(0.05) or (page.problem is not None and self.likely(0.4)) else None

    async def on_working(self, page: Any, show: Show) -> Any:
        return ("leave", "") if show.frame.leave and self.likely(0.01) else None

    async def on_pinentry(self, page: PinEntry, show: Show) -> Any:
        if page.typed:
            return None
        if page.purpose == "staff":
            number = self.chance.choice(("1001", "1001", "1001", "1002", "9999"))
            right = STAFF.get(number, STAFF["1001"])[1]
            digits = number if page.length == 4 else right if self.likely(0.9) else "102030"
        else:
            digits = self._pin_for(page.purpose)
            self.town.typed.add(digits)
        if self.likely(0.03):
            await self.types(digits[:3], "cancel")
        else:
            await self.types(digits)
        return None

    def _pin_for(self, purpose: str) -> str:
        known = self.town.pins.setdefault(self.card, ["123456"])
        if purpose == "new":
            self._new_pin = self.chance.choice(("123456", "111111", *(f"{self.chance.randrange(10**6):06d}",) * 5))
            known.append(self._new_pin)
            return self._new_pin
        if purpose == "again":
            return self._new_pin if self.likely(0.93) else "918273"
        if self.likely(0.1):
            return f"{self.chance.randrange(10**6):06d}"
        return self.chance.choice(known[-2:])

    async def on_menu(self, page: Any, show: Show) -> Any:
        if self.likely(0.04) and show.frame.back:
            return ("back", "")
        return self._choose(page.choices) or self._away(show)

    def _choose(self, choices: Iterable[Any], prefers: tuple[str, ...] | None = None) -> Any:
        offered = [choice.id for choice in choices if choice.why_not is None]
        wanted = [each for each in offered if each in (self.prefers if prefers is None else prefers)]
        if not offered:
            return NOTHING
        return ("choose", self.chance.choice(wanted if wanted and self.likely(0.9) else offered))

    def _away(self, show: Show) -> Any:
        return ("leave", "") if show.frame.leave else ("back", "") if show.frame.back else None

    def _one_of(self, show: Show, *intents: tuple[str, str]) -> Any:
        more = (*intents, *((("back", ""),) if show.frame.back else ()))
        return self.chance.choice(more) if more else self._away(show)

    async def on_amount(self, page: Any, show: Show) -> Any:
        prints = (("print", ""),) if show.frame.print_available else ()
        return self._one_of(show, *prints, *(("choose", each.id) for each in page.more))

    async def on_details(self, page: Any, show: Show) -> Any:
        can = [("reveal", "")] * page.masked + [("print", "")] * page.printable + [("wrong", "")] * page.reportable
        return self._one_of(show, *can)

    async def on_years(self, page: Any, show: Show) -> Any:
        return self._one_of(show, *[("print", "")] * page.printable, *(("choose", str(y.year)) for y in page.years))

    async def on_months(self, page: Any, show: Show) -> Any:
        turns = [("choose", "earlier")] * page.earlier + [("choose", "later")] * page.later
        return self._one_of(show, *[("print", "")] * page.printable, *turns)

    async def on_askprint(self, page: Any, show: Show) -> Any:
        return self._choose(page.choices, ()) if self.likely(0.85) else self._away(show)

    async def on_takepaper(self, page: Any, show: Show) -> Any:
        if self.likely(0.8):
            with suppress(BenchRefused):
                await self.machine.bench.tear_off(self.person)
        return ("done", "") if self.likely(0.9) else None

    async def on_done(self, page: Any, show: Show) -> Any:
        return ("done", "")

    async def on_refusal(self, page: Any, show: Show) -> Any:
        if page.again and self.likely(0.4):
            return ("again", "")
        return ("print", "") if page.printable and self.likely(0.3) else ("done", "")

    async def on_help(self, page: Any, show: Show) -> Any:
        return ("done", "")

    async def on_stillthere(self, page: Any, show: Show) -> Any:
        return ("more_time", "") if self.likely(0.6) else ("leave", "") if self.likely(0.5) else None

    async def on_takecard(self, page: Any, show: Show) -> Any:
        if self.careless and self.likely(0.5):
            self.gone = True
            return None
        await self.take_back(self.person)
        return None

    async def on_farewell(self, page: Farewell, show: Show) -> Any:
        return ("start", "") if self.likely(0.1) else None

    # -- a card --------------------------------------------------------------------------------------------------------

    async def on_consent(self, page: Any, show: Show) -> Any:
        return ("agree", "") if self.likely(0.95) else ("back", "")

    async def on_enterdigits(self, page: Any, show: Show) -> Any:
        if self.likely(0.7):
            number = {"number": self.town.numbers[self.person]}
            answer = await self.machine.host.post("/sandbox/issuing/photo-receipts", json=number)
            if answer.status_code == 201:
                return ("enter", answer.json()["receipt"])
        return ("enter", "7" * page.shortest)

    async def on_photo(self, page: Any, show: Show) -> Any:
        bench = self.machine.bench
        if page.stage == "aim":
            with suppress(BenchRefused):
                await bench.sit_down(self.person)
                await bench.set_fault("camera", "turned", 25.0 if self.likely(0.25) else 0.0)
            return ("take", "")
        if page.stage == "good":
            return ("again", "") if page.tries_left and self.likely(0.1) else ("use", "")
        return (("again", "") if page.tries_left else ("give_up", "")) if page.stage == "bad" else None

    async def on_confirm(self, page: Any, show: Show) -> Any:
        if page.masked and self.likely(0.15):
            return ("reveal", "")
        return ("right", "") if self.likely(0.97) else ("wrong", "")

    async def on_cardpreview(self, page: Any, show: Show) -> Any:
        return ("right", "") if self.likely(0.95) else ("wrong", "")

    async def on_sign(self, page: Any, show: Show) -> Any:
        return ("signed", SIGNATURE)

    async def on_pay(self, page: Any, show: Show) -> Any:
        if self.likely(0.1):
            return ("leave", "")
        if self.likely(0.85):
            for each in await self.machine.get("/sandbox/payer/orders"):
                if each["state"] == "waiting":
                    await self.machine.host.post("/sandbox/payer/pay", json={"order": each["order"]})
        return None

    async def on_takenewcard(self, page: Any, show: Show) -> Any:
        if self.likely(0.12):
            return None
        with suppress(BenchRefused):
            taken = await self.machine.bench.take_new_card(self.person)
            serial = taken["card"].partition("/")[0]
            self.town.new_cards.setdefault(self.person, []).append(serial)
            self.machine.events.append(("card taken", self.wish))
        return None
