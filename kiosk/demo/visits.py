"""The three visits of the demonstration, each as its citizen lives it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kiosk.demo.citizen import Citizen


@dataclass(frozen=True, slots=True)
class Script:
    """Who comes, for what, and what they do; ``act`` returns the outcome in a word or two."""

    key: str
    service: str
    story: str
    act: Callable[[Citizen], Awaitable[str]]


async def _in_by_card(citizen: Citizen) -> None:
    await citizen.sees("Attract")
    await citizen.touches("start")
    await citizen.sees("Notice")
    await citizen.touches("agree")
    await citizen.sees("Identify")
    await citizen.inserts_card()
    await citizen.sees("PinEntry")
    await citizen.types_pin()
    await citizen.sees("Menu")


async def balances_by_card(citizen: Citizen) -> str:
    """Inserts the card, enters the PIN, reads the balances, prints them, takes card and paper."""
    await _in_by_card(citizen)
    for service in ("medical_account", "pension"):
        await citizen.touches("choose", service)
        await citizen.sees("Amount")
        await citizen.touches("print")
        await citizen.sees("TakePaper")
        await citizen.takes_paper()
        await citizen.touches("done")
        await citizen.sees("Menu")
    await citizen.touches("leave")
    await citizen.sees("TakeCard")
    await citizen.takes_card()
    await citizen.sees("Farewell")
    return "balances read and printed, card taken"


async def record_by_id_card(citizen: Citizen) -> str:
    """Lays the ID card down, looks at the pension contributions, prints three years, takes card and paper."""
    await citizen.sees("Attract")
    await citizen.lays_id_card()
    await citizen.sees("Notice")
    await citizen.touches("agree")
    await citizen.sees("Menu")
    await citizen.touches("choose", "contributions")
    await citizen.sees("Menu")
    await citizen.touches("choose", "pension")
    await citizen.sees("Years")
    await citizen.touches("choose", "2019")
    await citizen.sees("Months")
    await citizen.touches("back")
    await citizen.sees("Years")
    await citizen.touches("print")
    await citizen.sees("AskPrint")
    await citizen.touches("choose", "3")
    await citizen.sees("TakePaper")
    await citizen.takes_paper()
    await citizen.touches("done")
    await citizen.sees("Menu")
    await citizen.touches("leave")
    await citizen.sees("TakeCard")
    await citizen.lifts_id_card()
    await citizen.sees("Farewell")
    return "three years of contributions printed, ID card taken"


async def walks_away(citizen: Citizen) -> str:
    """Identifies, is called away and leaves the card; the machine warns, ends the session and guards the card."""
    await _in_by_card(citizen)
    await citizen.sees("StillThere")
    await citizen.sees("TakeCard")
    await citizen.sees("TakeCard")
    await citizen.sees("TakeCard")
    await citizen.takes_card()
    await citizen.sees("Farewell")
    await citizen.sees("Attract")
    return "left the card; session ended by itself, card guarded until an attendant took it for her"


SCRIPTS = (
    Script(
        "wang_xiulan",
        "balances",
        "王秀兰 comes with her social security card to see and print her balances.",
        balances_by_card,
    ),
    Script(
        "li_jianguo",
        "contributions",
        "李建国 comes with his resident ID card for a record of three years.",
        record_by_id_card,
    ),
    Script("zhao_min", "none", "赵敏 enters her PIN, is called away and leaves her card in the slot.", walks_away),
)
