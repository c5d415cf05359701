"""The four visits of the demonstration, each as its citizen lives it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kiosk.demo.citizen import Citizen
from kiosk.demo.glass import Stroke
from kiosk.demo.preparing import STAFF

ATTENDANT = "1001"

OWN_PIN = "509274"
"""What the fourth citizen chooses; it opens nothing but a simulated card."""

SIGNATURE: tuple[Stroke, ...] = (
    ((0.12, 0.30), (0.26, 0.30)),
    ((0.19, 0.16), (0.19, 0.72)),
    ((0.19, 0.34), (0.11, 0.56)),
    ((0.20, 0.34), (0.27, 0.50)),
    ((0.30, 0.28), (0.43, 0.28)),
    ((0.36, 0.16), (0.36, 0.72)),
    ((0.36, 0.32), (0.29, 0.58)),
    ((0.37, 0.32), (0.45, 0.60), (0.50, 0.52), (0.55, 0.34), (0.56, 0.60), (0.60, 0.40), (0.64, 0.60), (0.72, 0.30)),
    ((0.70, 0.62), (0.76, 0.44), (0.80, 0.62), (0.90, 0.36)),
)
"""The tree twice for 林, then a hand in a hurry; in shares of the field."""


@dataclass(frozen=True, slots=True)
class Script:
    """Who comes, for what, and what they do; ``act`` returns the outcome in a word or two. ``photo_on_file``: whether
    the host has one of them when they come."""

    key: str
    service: str
    story: str
    act: Callable[[Citizen], Awaitable[str]]
    photo_on_file: bool = True


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


async def _to_the_reason(citizen: Citizen) -> None:
    await citizen.sees("Attract")
    await citizen.lays_id_card()
    await citizen.sees("Notice")
    await citizen.touches("agree")
    await citizen.sees("Menu")
    await citizen.touches("choose", "issue_card")
    await citizen.sees("Menu")
    await citizen.touches("choose", "first")


async def _has_a_photo_taken(citizen: Citizen) -> None:
    await citizen.sees("Menu")
    await citizen.sits_down()
    await citizen.touches("choose", "camera")
    while True:
        await citizen.sees("Photo", offering=["take"])
        await citizen.looks()
        await citizen.touches("take")
        shown = await citizen.sees("Photo", "Menu", offering=["use", "again", "give_up", "choose"])
        if any(target.intent == "use" for target in shown.targets):
            await citizen.touches("use")
            return
        await citizen.touches("again")


async def _until_it_is_made(citizen: Citizen) -> None:
    """Looks at the print where the machine has no eye of its own for it."""
    await citizen.sees("MakingCard")
    shown = await citizen.sees("CardPreview", "Menu", seconds=90)
    if shown.page == "CardPreview":
        await citizen.touches("right")
        await citizen.sees("Menu", seconds=60)


async def first_card(citizen: Citizen) -> str:
    """Applies for a first card, is vouched for, has a photo taken, chooses a bank, confirms, signs, watches the card
    being made, sets a PIN, and takes card, receipt and ID card."""
    await _to_the_reason(citizen)
    await citizen.sees("PinEntry")
    await citizen.is_vouched_for(ATTENDANT, STAFF[ATTENDANT][1])
    await citizen.sees("Consent")
    await citizen.touches("agree")
    await _has_a_photo_taken(citizen)
    await citizen.sees("Menu")
    await citizen.touches("choose", "example_bank")
    for _ in range(3):
        await citizen.sees("Confirm")
        await citizen.touches("right")
    await citizen.sees("CardPreview")
    await citizen.touches("right")
    await citizen.sees("Sign")
    await citizen.signs(SIGNATURE)
    await _until_it_is_made(citizen)
    await citizen.touches("choose", "set_pin")
    for _ in range(2):
        await citizen.sees("PinEntry")
        await citizen.types(OWN_PIN)
    await citizen.sees("TakeNewCard")
    await citizen.takes_new_card()
    await citizen.sees("TakePaper")
    await citizen.takes_paper()
    await citizen.touches("done")
    await citizen.sees("Done")
    await citizen.touches("done")
    await citizen.sees("Menu")
    await citizen.touches("leave")
    await citizen.sees("TakeCard")
    await citizen.lifts_id_card()
    await citizen.sees("Farewell")
    return "a first card made in front of her, with a PIN of her own; card, receipt and ID card taken"


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
    Script(
        "lin_xiaoyu",
        "a first card",
        "林晓雨 has come of age and has no card yet: she comes with her ID card and applies for one.",
        first_card,
        photo_on_file=False,
    ),
)
