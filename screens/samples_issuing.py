"""Samples of the pages of issuing a card; see :mod:`screens.samples`."""

from __future__ import annotations

from screens import sample_pictures
from screens.samples_frames import AWAY, BACK, CARD, SESSION, frame
from statemachines.views import (
    AnyPage,
    CardPreview,
    Confirm,
    Consent,
    EnterDigits,
    Fen,
    Frame,
    MakingCard,
    Pay,
    Photo,
    PinEntry,
    Row,
    Say,
    Sign,
    TakeNewCard,
    Verbatim,
)

_POINTS = tuple(Say(f"notice.{point}") for point in ("read", "why", "kept", "end"))
_STEPS = tuple(Say(f"works.{step}") for step in ("query", "print", "pin_change", "query_by_card", "again_later"))
_FAULTS = tuple(
    Say(f"photo.fault.{fault}")
    for fault in ("hair_near_edge", "right_of_middle", "background_not_plain", "light_clothes", "glare", "turned")
)
_PERSON = (
    Row(Say("personal.name"), Verbatim("*秀兰")),
    Row(Say("personal.number"), Verbatim("990***********0022")),
    Row(Say("personal.sex"), Say("sex.female")),
    Row(Say("personal.nation"), Verbatim("汉")),
    Row(Say("personal.birth_date"), Verbatim("1956年*月*日")),
)
_LONG_PERSON = (
    Row(Say("personal.name"), Verbatim("阿卜杜热依木·吾普尔江𠮷㐀")),
    Row(Say("personal.number"), Verbatim("990101197906190078")),
    Row(Say("personal.nation"), Verbatim("维吾尔")),
    Row(Say("personal.address"), Verbatim("示例省示例市新华区幸福路52号8单元122室（原幸福村三组）")),
    Row(Say("personal.phone"), Verbatim("13900000000")),
)
_CODE = "https://pay.example.test/q/20261122000000000031?mark=7f3a91c2d5e84b60"

ISSUING: dict[str, tuple[Frame, AnyPage]] = {
    "Consent": (AWAY, Consent(Say("personal.title"), _POINTS, Fen(2_000), Say("notice.why"))),
    "Consent:free": (AWAY, Consent(Say("personal.title"), _POINTS[:3], Fen(0), Say("refusal.nothing_changed"))),
    "Consent:no_money": (BACK, Consent(Say("personal.title"), _POINTS)),
    "EnterDigits": (AWAY, EnterDigits(Say("personal.phone"), 6, 20, Say("notice.end"))),
    "EnterDigits:problem": (
        BACK,
        EnterDigits(
            Say("personal.phone"),
            11,
            11,
            Say("notice.end"),
            Say("problem.card_turn_over"),
        ),
    ),
    "Photo": (frame(leave=True, back=True, lit="camera", step=(3, 6)), Photo("aim", sample_pictures.live(), (), 3)),
    "Photo:no_picture_yet": (frame(leave=True, back=True, lit="camera"), Photo("aim")),
    "Photo:taking": (frame(lit="camera", step=(3, 6)), Photo("taking", sample_pictures.live())),
    "Photo:good": (SESSION, Photo("good", sample_pictures.finished(), tries_left=2)),
    "Photo:good_last": (SESSION, Photo("good", sample_pictures.finished())),
    "Photo:bad": (SESSION, Photo("bad", sample_pictures.faulty(), _FAULTS[:2], 2)),
    "Photo:many_faults": (SESSION, Photo("bad", sample_pictures.faulty(), _FAULTS, 1)),
    "Photo:no_try_left": (SESSION, Photo("bad", sample_pictures.faulty(), _FAULTS[:1])),
    "Confirm": (frame(leave=True, back=True, step=(4, 6)), Confirm(Say("personal.title"), _PERSON, masked=True)),
    "Confirm:long": (BACK, Confirm(Say("personal.title"), _LONG_PERSON)),
    "CardPreview": (
        AWAY,
        CardPreview(
            Say("menu.question"),
            sample_pictures.card("front"),
            sample_pictures.card("back"),
            (Say("notice.why"), Say("notice.end")),
        ),
    ),
    "CardPreview:no_notes": (
        SESSION,
        CardPreview(Say("menu.question"), sample_pictures.card("front"), sample_pictures.card("back")),
    ),
    "Sign": (AWAY, Sign(Say("personal.title"), _POINTS[:2])),
    "Sign:problem": (BACK, Sign(Say("personal.title"), _POINTS[:3], Say("problem.card_turn_over"))),
    "Pay": (SESSION, Pay(Fen(2_000), Say("personal.title"), _CODE, 276, (Say("refusal.nothing_changed"),))),
    "Pay:large_sum": (CARD, Pay(Fen(123_456_789), Say("personal.title"), _CODE * 3, 59, _POINTS[:2])),
    "MakingCard": (frame(), MakingCard(_STEPS, 3, 60)),
    "MakingCard:note": (frame(card_in=True), MakingCard(_STEPS, 1, 90, Say("refusal.nothing_changed"))),
    "MakingCard:last": (frame(), MakingCard(_STEPS, 5, 20)),
    "MakingCard:other_steps": (frame(), MakingCard(_STEPS[:4], 2, 20)),
    "TakeNewCard": (frame(lit="card_outlet"), TakeNewCard()),
    "TakeNewCard:urgent": (frame(lit="card_outlet"), TakeNewCard(urgent=True, seconds=30)),
    "PinEntry:staff": (frame(leave=True, lit="keypad"), PinEntry("staff", 5, 6)),
    "PinEntry:staff_wrong": (frame(leave=True, lit="keypad"), PinEntry("staff", 0, 6, problem=Say("pin.wrong"))),
}
"""Keys as in :data:`screens.samples.SAMPLES`."""
