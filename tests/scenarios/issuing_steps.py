"""What someone does who comes for a card, step by step, and what is to be seen of it: pages, papers, journal, host."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from kiosk_rig import Kiosk
from rig_screens import PATIENCE

from kiosk.journal.entries import Entry
from kiosk.journal.issues import IssueRecord
from kiosk.journal.store import Journal
from kiosk.record import Record
from kiosk.tools import Tools
from statemachines.views import (
    Attract,
    CardPreview,
    Confirm,
    Consent,
    Done,
    Farewell,
    Menu,
    Page,
    PinEntry,
    Sign,
    TakeCard,
    TakeNewCard,
    TakePaper,
)

P = TypeVar("P", bound=Page)

NEWCOMER = "lin_xiaoyu"
"""Has no card yet."""
SIGNATURE = "100,500 300,300 500,600 800,400"
OWN_PIN = "730164"
BANK = "example_bank"
FIRST, SECOND = "0C000001", "0C000002"
"""The next cards of that bank."""


async def sees(kiosk: Kiosk, kind: type[P], after: int = 0, *, so: Callable[[P], bool] = lambda _: True) -> P:
    """Wait until a page of this kind is shown, later than view ``after``; time passes a little faster than for us."""
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                last = kiosk.screens.last if kiosk.screens.shown else None
                if last is not None and last.frame.number > after and isinstance(last.page, kind) and so(last.page):
                    return last.page
                await kiosk.passes(0.1)
                await asyncio.sleep(0.03)
    except TimeoutError:
        raise AssertionError(f"waited for {kind.__name__}; at {kiosk.state}, {kiosk.screens.pages()[-8:]}") from None


async def touches(kiosk: Kiosk, intent: str, value: str = "", *, to: type[P]) -> P:
    """Touch, and read the next page of that kind."""
    before = kiosk.screens.last.frame.number
    kiosk.screens.touch(intent, value)
    return await sees(kiosk, to, before)


# -- up to the signature -----------------------------------------------------------------------------------------------


async def comes_by_id_card(kiosk: Kiosk, person: str) -> Menu:
    """Up to the menu."""
    await kiosk.begins()
    await kiosk.bench.lay_id_card(person)
    return await sees(kiosk, Menu)


async def asks_for_a_card(kiosk: Kiosk) -> Menu:
    """From the menu to the reasons, or to what is said before."""
    return await touches(kiosk, "choose", "issue_card", to=Menu)


async def gives_reason(kiosk: Kiosk, reason: str) -> None:
    """One of those offered; an attendant vouches for who has only an ID card."""
    shown = await sees(kiosk, Menu)
    assert reason in [choice.id for choice in shown.choices], shown
    await kiosk.chooses(reason)
    await kiosk.attendant_vouches()


async def agrees(kiosk: Kiosk, *, to: type[P]) -> P:
    """To what will happen and what it costs."""
    await sees(kiosk, Consent)
    return await touches(kiosk, "agree", to=to)


async def confirms_and_signs(kiosk: Kiosk, bank: str = BANK) -> None:
    """From the choice of the bank to the signature."""
    shown = await sees(kiosk, Menu)
    assert bank in [choice.id for choice in shown.choices], shown
    await touches(kiosk, "choose", bank, to=Confirm)
    for _ in range(2):
        await touches(kiosk, "right", to=Confirm)
    await touches(kiosk, "right", to=CardPreview)
    await touches(kiosk, "right", to=Sign)
    kiosk.screens.touch("signed", SIGNATURE)


async def applies(kiosk: Kiosk, person: str = NEWCOMER, reason: str = "first", bank: str = BANK) -> None:
    """By ID card, from the first page to the signature."""
    await comes_by_id_card(kiosk, person)
    await asks_for_a_card(kiosk)
    await gives_reason(kiosk, reason)
    await agrees(kiosk, to=Menu)
    await confirms_and_signs(kiosk, bank)


async def pays(kiosk: Kiosk) -> str:
    """Scan the code and pay; the order."""
    order = (await orders(kiosk))[-1]["order"]
    (await kiosk.host.post("/sandbox/payer/pay", json={"order": order})).raise_for_status()
    return str(order)


# -- the card ----------------------------------------------------------------------------------------------------------


async def card_is_made(kiosk: Kiosk) -> Menu:
    """Until a PIN of her own is offered: the card is committed."""
    return await sees(kiosk, Menu, so=lambda page: "set_pin" in [choice.id for choice in page.choices])


async def sets_own_pin(kiosk: Kiosk, person: str, pin: str = OWN_PIN) -> None:
    """Twice at the pad."""
    await kiosk.chooses("set_pin")
    for purpose in ("new", "again"):
        entry = await sees(kiosk, PinEntry)
        while entry.purpose != purpose or entry.typed:
            entry = await sees(kiosk, PinEntry, after=kiosk.screens.last.frame.number)
        await kiosk.types(person, pin)


async def takes_it(kiosk: Kiosk, person: str = NEWCOMER, pin: str = "") -> str:
    """The card, as soon as it is held out, and the receipt; back at the menu. Its serial."""
    await card_is_made(kiosk)
    await (sets_own_pin(kiosk, person, pin) if pin else kiosk.chooses("later"))
    await sees(kiosk, TakeNewCard)
    serial = await kiosk.takes_new_card(person)
    await sees(kiosk, TakePaper)
    await kiosk.bench.tear_off(person)
    await touches(kiosk, "done", to=Done)
    await touches(kiosk, "done", to=Menu)
    return serial


async def goes(kiosk: Kiosk, person: str = NEWCOMER) -> None:
    """With the ID card, and the first page is back."""
    if not isinstance(kiosk.screens.last.page, TakeCard):
        kiosk.screens.touch("leave")
    await sees(kiosk, TakeCard)
    await kiosk.bench.lift_id_card(person)
    await says_farewell(kiosk)


async def says_farewell(kiosk: Kiosk) -> None:
    """Until the next one may come."""
    await sees(kiosk, Farewell)
    await kiosk.passes(6)
    await sees(kiosk, Attract)
    assert kiosk.session.person is None
    assert kiosk.session.issue is None


# -- what is to be seen ------------------------------------------------------------------------------------------------


def tools_of(kiosk: Kiosk) -> Tools:
    """The controller's own parts."""
    assert kiosk.controller is not None
    assert kiosk.controller.tools is not None
    return kiosk.controller.tools


def record_of(kiosk: Kiosk) -> Record:
    """Its record."""
    return tools_of(kiosk).record


def journal_of(kiosk: Kiosk) -> Journal:
    """Its journal. Not from the loop's thread where it takes long."""
    return record_of(kiosk).journal


async def open_issues(kiosk: Kiosk) -> tuple[IssueRecord, ...]:
    """Those the journal has as not ended."""
    return await record_of(kiosk).issuing.open()


def entries(kiosk: Kiosk, step: str = "") -> list[Entry]:
    """The journal's lines, or those of one step."""
    return [entry for entry in journal_of(kiosk).entries() if not step or entry.step == step]


def took(kiosk: Kiosk, since: str, until: str) -> timedelta:
    """From one step to another, by the journal."""
    (begin, *_), (end, *_) = entries(kiosk, since), entries(kiosk, until)
    return datetime.fromisoformat(end.at) - datetime.fromisoformat(begin.at)


async def applications(kiosk: Kiosk) -> list[dict[str, Any]]:
    """At the host, oldest first."""
    return list((await kiosk.host.get("/sandbox/issuing/applications")).json())


async def orders(kiosk: Kiosk) -> list[dict[str, Any]]:
    """At the payer, oldest first."""
    return list((await kiosk.host.get("/sandbox/payer/orders")).json())


async def calls(kiosk: Kiosk, path: str) -> list[dict[str, Any]]:
    """What the host was asked, oldest first."""
    found = (await kiosk.host.get("/sandbox/calls")).json()
    return [each for each in found if each["path"] == path]


async def price(kiosk: Kiosk, reason: str, fen: int, since: str = "2026-01-01") -> None:
    """From a day on a reason costs this."""
    wanted = {"reason": reason, "fen": fen, "valid_from": since}
    (await kiosk.host.post("/sandbox/issuing/prices", json=wanted)).raise_for_status()


async def heals(kiosk: Kiosk) -> None:
    """Nothing goes wrong at the host any more."""
    (await kiosk.host.delete("/sandbox/faults")).raise_for_status()


async def nothing_is_touched(kiosk: Kiosk) -> None:
    """No card has left its hopper, by bench, ledger and host; and no money has been asked for."""
    assert {each["place"].partition("/")[0] for each in await kiosk.bench.new_cards()} == {"in:card-printer"}
    assert set((await record_of(kiosk).stock.banks_in_stock()).values()) == {20}
    stock = (await kiosk.host.get("/sandbox/issuing/stock")).json()
    assert set(stock["cards"].values()) == {"free"}
    assert await orders(kiosk) == []


def text_of(receipt: dict[str, Any]) -> str:
    """A paper's words."""
    return "\n".join(receipt["lines"])
