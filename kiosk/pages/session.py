"""Pages of a citizen's session, but for the queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import structs

from devices.fault_catalogue import Capability
from kiosk.catalogue.services import Service, Shown
from kiosk.masking import mask_all_but_differences, mask_card_number, mask_identity_number, mask_name
from kiosk.pages.values import at_most
from kiosk.pages.works import card_may_wait, still_works
from kiosk.session import Session, Trouble
from kiosk.tools import Tools
from statemachines.views import (
    Choice,
    Done,
    Farewell,
    Identify,
    InsertCard,
    LayIdCard,
    Menu,
    Notice,
    PinEntry,
    Printing,
    Refusal,
    Row,
    Say,
    TakeCard,
    TakePaper,
    Verbatim,
    Working,
)

PIN_RULES = tuple(
    Say(f"pin.rule.{rule}") for rule in ("six_digits", "not_initial", "not_repeated", "not_sequence", "not_birthday")
)
"""What is told before a new PIN is typed."""


def notice(session: Session, tools: Tools) -> Notice:
    return Notice(points=(Say("notice.read"), Say("notice.why"), Say("notice.kept"), Say("notice.end")))


def identifying_means(session: Session, tools: Tools) -> Identify:
    able = tools.health.works
    card = {Capability.IDENTIFY_CARD, Capability.PIN} <= able
    no_card = "why_not.card_reader" if Capability.IDENTIFY_CARD not in able else "why_not.no_keypad"
    id_card = Capability.IDENTIFY_ID in able
    return Identify(
        ways=(
            Choice(
                id="card",
                title=Say("identify.card"),
                note=Say("identify.card.note"),
                icon="card",
                why_not=None if card else Say(no_card),
            ),
            Choice(
                id="id_card",
                title=Say("identify.id_card"),
                note=Say("identify.id_card.note"),
                icon="id_card",
                why_not=None if id_card else Say("why_not.id_reader"),
            ),
        )
    )


def insert_card(session: Session, tools: Tools) -> InsertCard:
    return InsertCard(problem=session.problem)


def lay_id_card(session: Session, tools: Tools) -> LayIdCard:
    return LayIdCard(problem=session.problem)


def reading_card(session: Session, tools: Tools) -> Working:
    return Working(Say("working.reading_card"), at_most=at_most("card"), keep=Say("working.keep_card"))


def reading_id_card(session: Session, tools: Tools) -> Working:
    return Working(Say("working.reading_id_card"), at_most=at_most("id_card"), keep=Say("working.keep_id_card"))


def sensing_pin(session: Session, tools: Tools) -> Working:
    return Working(Say("working.checking_card"), at_most=at_most("chip"), keep=Say("working.keep_card"))


def changing_pin(session: Session, tools: Tools) -> Working:
    return Working(Say("working.changing_pin"), at_most=at_most("chip"), keep=Say("working.keep_card"))


def identifying(session: Session, tools: Tools) -> Working:
    keep = Say("working.keep_card") if session.means == "card" else Say("working.keep_id_card")
    return Working(Say("working.finding_you"), at_most=at_most("host"), keep=keep if tools.card_in_slot else None)


def ending(session: Session, tools: Tools) -> Working:
    return Working(Say("frame.just_a_moment"), at_most=at_most("check"))


def pin_entry(purpose: Literal["verify", "old", "new", "again"]) -> Callable[[Session, Tools], PinEntry]:
    """The builder for one of the four purposes."""

    def build(session: Session, tools: Tools) -> PinEntry:
        pin = session.pin
        return PinEntry(
            purpose=purpose,
            typed=pin.typed,
            tries_left=pin.tries_left if purpose == "verify" else None,
            problem=pin.problem,
            rules=PIN_RULES if purpose == "new" else (),
        )

    return build


def pin_changed(session: Session, tools: Tools) -> Done:
    return Done(
        title=Say("pin.changed"),
        notes=(
            Say("pin.changed.from_now"),
            Say("pin.changed.keep"),
            Say("pin.changed.phone_loss"),
            Say("pin.changed.bank_separate"),
        ),
    )


NO_ISSUE = Say("why_not.no_issue")


def menu(session: Session, tools: Tools) -> Menu:
    name = mask_name(session.person.name) if session.person is not None else ""
    return Menu(
        question=Say("menu.anything_else" if session.done else "menu.question"),
        greeting=Say("menu.greeting", {"name": Verbatim(name)}) if name and not session.done else None,
        choices=tuple(
            Choice(
                id=service.id,
                title=Say(service.title),
                note=_note(service, session, tools),
                icon=service.icon,
                why_not=_why_not(service, session, tools),
            )
            for service in tools.services
            if _shown(service, tools)
        ),
    )


def _note(service: Service, session: Session, tools: Tools) -> Say:
    """Where cards or ribbon are used up, that is said before anything is asked (A9)."""
    told = service.why_not(session.means or "", tools.health.works)
    if told != NO_ISSUE or not tools.health.used_up:
        return Say(service.note)
    return Say("why_not.no_cards") if tools.health.why_no_issue == "no_stock" else told


def _why_not(service: Service, session: Session, tools: Tools) -> Say | None:
    """A card that cannot be made here for want of cards or ribbon can be applied for all the same (A9)."""
    told = service.why_not(session.means or "", tools.health.works)
    if told == NO_ISSUE and tools.health.used_up:
        return None
    out_of_cards = told == NO_ISSUE and tools.health.why_no_issue == "no_stock"
    return Say("why_not.no_cards") if out_of_cards else told


def _shown(service: Service, tools: Tools) -> bool:
    match service.shown:
        case Shown.ALWAYS:
            return True
        case Shown.ISSUING:
            return tools.card_printer is not None
        case Shown.CARD_WAITS:
            return card_may_wait(tools)


def refused(session: Session, tools: Tools) -> Refusal:
    trouble = session.trouble
    if trouble is None:
        return Refusal(
            what=Say("refusal.unexpected"),
            advice=(Say("refusal.nothing_changed"), Say("advice.ask_attendant")),
            works=still_works(tools, instead_of=session.means),
        )
    return told(trouble, session, tools)


def told(trouble: Trouble, session: Session, tools: Tools) -> Refusal:
    """A trouble as a page: with what still works, and the counters of this region where it sends someone to one."""
    return Refusal(
        what=trouble.what,
        advice=trouble.advice,
        works=still_works(tools, instead_of=None if session.person is not None else session.means),
        where=(*trouble.where, *tools.policy.offices) if trouble.where else (),
        papers=trouble.papers,
        differences=tuple(_difference(each) for each in differing(trouble)),
        again=trouble.again and session.person is not None,
    )


_DIFFERING: dict[str, tuple[str, Callable[[str], str]]] = {
    "name": ("personal.name", mask_name),
    "number": ("personal.number", mask_identity_number),
    "birth_date": ("personal.birth_date", lambda iso: f"{iso[:4]}-**-**"),
    "card_number": ("card_status.number", mask_card_number),
}
"""What the host may say that differs: its label, and how it is masked where more than a character or two differ."""


def differing(trouble: Trouble) -> tuple[tuple[str, str, str], ...]:
    """The fields that differ (A4): label, the card's version and the host's, both masked but for what differs.

    A field that only a newer host knows is passed over: that something differs is said all the same.
    """
    found = []
    for each in trouble.differences:
        if each.field in _DIFFERING:
            label, mask = _DIFFERING[each.field]
            told, held = mask_all_but_differences(each.card_value, each.host_value) or (
                mask(each.card_value),
                mask(each.host_value),
            )
            found.append((label, told, held))
    return tuple(found)


def _difference(difference: tuple[str, str, str]) -> tuple[Say, tuple[Row, ...]]:
    label, told, held = difference
    return Say(label), (
        Row(Say("refusal.differs.card"), Verbatim(told)),
        Row(Say("refusal.differs.host"), Verbatim(held)),
    )


def refused_identification(session: Session, tools: Tools) -> Refusal:
    """As :func:`refused`; what it says can be printed and taken to the counter."""
    page = refused(session, tools)
    printable = session.trouble is not None and Capability.PRINT in tools.health.works
    return structs.replace(page, printable=printable)


def printing_slip(session: Session, tools: Tools) -> Printing:
    return Printing(Say("print.refusal"), at_most=at_most("printer"))


def take_slip(session: Session, tools: Tools) -> TakePaper:
    return TakePaper(Say("print.refusal"), document=session.document)


def take_card(session: Session, tools: Tools) -> TakeCard:
    return TakeCard(card=_which(session, tools))


def take_card_urgent(session: Session, tools: Tools) -> TakeCard:
    return TakeCard(card=_which(session, tools), urgent=True)


def _which(session: Session, tools: Tools) -> Literal["social", "id", "both"]:
    if not session.id_card_laid:
        return "social"
    return "both" if tools.card_in_slot else "id"


def farewell(session: Session, tools: Tools) -> Farewell:
    return Farewell(outcome=session.outcome)
