"""Two people at the stock sign in at the pad; from then on what they write carries both staff numbers (F82)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

from kiosk.activities.pad_entry import typed
from kiosk.journal.store import Journal
from kiosk.runtime import Stage
from kiosk.session import Trouble
from kiosk.staff import CODE_LENGTH, NUMBER_LENGTH, Role, StaffRefused, TwoPersons
from kiosk.upkeep import Upkeep
from statemachines.views import Say

ROLES = frozenset(Role)
ONE_OF_THEM = frozenset({Role.STOCK_KEEPER})
"""Anyone of the staff may be the second pair of eyes; a stock keeper must be there."""

MOST_FAILURES = 3
"""Entries that came to nothing in one visit, whoever's."""


def upkeep_of(stage: Stage) -> Upkeep:
    """The visit of the two people."""
    if stage.session.upkeep is None:
        raise RuntimeError("nobody has signed in")
    return stage.session.upkeep


async def sign_in(stage: Stage) -> Literal["one", "both", "wrong", "refused", "cancelled"]:
    """The next of two people types number and code. What was wrong is in ``session.pin.problem``."""
    session, staff = stage.session, stage.tools.staff
    if staff is None or stage.tools.pin_pad is None or not await staff.known(ONE_OF_THEM):
        session.trouble = Trouble(Say("stock.nobody_can_sign_in"))
        return "refused"
    if session.upkeep is None or session.upkeep.persons.complete:
        session.upkeep = Upkeep(TwoPersons(staff, ROLES, one_of_them=ONE_OF_THEM))
    upkeep = session.upkeep
    try:
        if not await _checked(stage, upkeep.persons):
            session.upkeep = session.pin.problem = None
            return "cancelled"
    except StaffRefused as refused:
        upkeep.failures += 1
        if upkeep.failures >= MOST_FAILURES:
            session.upkeep = session.pin.problem = None
            session.trouble = Trouble(Say(refused.key))
            return "refused"
        session.pin.problem = Say(refused.key)
        return "wrong"
    finally:
        session.pin.typed, session.pin.length = 0, NUMBER_LENGTH
    session.pin.problem = None
    if not upkeep.persons.complete:
        return "one"
    business = await stage.tools.record.business(session)
    await change(stage, lambda journal: journal.note(business, "stock.opened", {"who": [*upkeep.who]}))
    return "both"


async def _checked(stage: Stage, persons: TwoPersons) -> bool:
    """False when cancelled. Raises StaffRefused."""
    pin = stage.session.pin
    pin.typed, pin.length = 0, NUMBER_LENGTH
    stage.refresh()
    number = await typed(stage, NUMBER_LENGTH)
    if number is None:
        return False
    with number:
        pin.typed, pin.length, pin.problem = 0, CODE_LENGTH, None
        stage.refresh()
        code = await typed(stage, CODE_LENGTH)
        if code is None:
            return False
        with code:
            await persons.check(number, code)
    return True


async def change(stage: Stage, write: Callable[[Journal], object]) -> None:
    """Written down also when the state is left meanwhile."""
    task = asyncio.ensure_future(stage.tools.record.stock.change(write))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
