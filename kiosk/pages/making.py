"""Pages of a card being made, moved, and gone on with after a power cut: five steps, the true one lit."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.pages.issue_facts import issue_of
from kiosk.pages.values import at_most
from kiosk.session import Session
from kiosk.tools import Tools
from statemachines.views import CardPreview, MakingCard, Say, Starting

STEPS = (
    Say("making.fetch"),
    Say("making.write"),
    Say("making.print"),
    Say("making.check"),
    Say("making.register"),
)
"""The five steps of every card, in the order of the rules."""

FETCH, WRITE, PRINT, CHECK, REGISTER = range(1, 6)

Builder = Callable[[Session, Tools], MakingCard]


def step(at: int, timeout: str, note: Say | None = None) -> Builder:
    """The builder for a step. ``note``: what is told when nothing unusual is."""

    def build(session: Session, tools: Tools) -> MakingCard:
        return MakingCard(STEPS, at=at, at_most=at_most(timeout), note=issue_of(session).note or note)

    return build


def after_cut(at: int, timeout: str) -> Builder:
    """The same with nobody in front of the machine: whoever comes by is told why it is busy."""
    return lambda session, tools: MakingCard(STEPS, at=at, at_most=at_most(timeout), note=Say("recovery.note"))


def motion(timeout: str, note: Say) -> Builder:
    """The builder while a finished card is on its way: all steps are done."""
    return lambda session, tools: MakingCard(STEPS, at=REGISTER + 1, at_most=at_most(timeout), note=note)


preparing = step(FETCH, "host_patiently")
feeding = step(FETCH, "feed_card")
reading = step(FETCH, "card_contact")
reserving = step(FETCH, "host_patiently")
writing = step(WRITE, "write_chip")
printing = step(PRINT, "print_card")
inspecting = step(CHECK, "inspect_card")
comparing = step(CHECK, "host_patiently")
committing = step(REGISTER, "host_patiently")
parking = step(REGISTER, "reject_card", Say("making.parking"))


def spoiling(session: Session, tools: Tools) -> MakingCard:
    return MakingCard(STEPS, at=CHECK, at_most=at_most("reject_card"), note=Say("making.spoiling"))


def undoing(session: Session, tools: Tools) -> MakingCard:
    return MakingCard(STEPS, at=FETCH, at_most=at_most("undo"), note=Say("making.undoing"))


def looking(session: Session, tools: Tools) -> CardPreview:
    """The print as it was meant, to be compared with the card behind the window."""
    front, back = issue_of(session).preview
    return CardPreview(
        question=Say("making.looking.question"),
        front=front,
        back=back,
        notes=(Say("making.looking.where"), Say("making.looking.unsure")),
    )


def sizing_up(session: Session, tools: Tools) -> Starting:
    return Starting(
        doing=Say("recovery.sizing_up"), title=Say("recovery.sizing_up.title"), note=Say("recovery.sizing_up.note")
    )


def noting(session: Session, tools: Tools) -> Starting:
    return Starting(doing=Say("recovery.noting"))
