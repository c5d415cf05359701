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

_POINTS = (
    Say("issue.consent.reason", {"reason": Say("reason.lost")}),
    *(Say(f"issue.consent.{point}") for point in ("long", "old_card", "fee_held", "kept", "stop")),
)
_STEPS = tuple(Say(f"making.{step}") for step in ("fetch", "write", "print", "check", "register"))
_BANK = Verbatim("示例市农村商业银行")
_SIGNED = (
    Say("issue.sign.true"),
    Say("issue.sign.reason", {"reason": Say("reason.lost")}),
    Say("issue.sign.fee", {"fee": Fen(2_000)}),
    Say("issue.sign.bank", {"name": _BANK}),
)
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
    "Consent": (AWAY, Consent(Say("issue.consent.title"), _POINTS, Fen(2_000), Say("fee.basis.price_list"))),
    "Consent:free": (AWAY, Consent(Say("issue.consent.title"), _POINTS[:3], Fen(0), Say("fee.basis.waived"))),
    "Consent:no_money": (BACK, Consent(Say("issue.consent.title"), _POINTS)),
    "EnterDigits": (AWAY, EnterDigits(Say("issue.photo_receipt.question"), 6, 20, Say("issue.photo_receipt.hint"))),
    "EnterDigits:problem": (
        BACK,
        EnterDigits(
            Say("issue.photo_receipt.question"),
            11,
            11,
            Say("issue.photo_receipt.hint"),
            Say("issue.photo_receipt.unknown"),
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
    "Confirm": (frame(leave=True, back=True, step=(4, 6)), Confirm(Say("issue.confirm.person"), _PERSON, masked=True)),
    "Confirm:long": (BACK, Confirm(Say("issue.confirm.contact"), _LONG_PERSON)),
    "CardPreview": (
        AWAY,
        CardPreview(
            Say("issue.preview.question"),
            sample_pictures.card("front"),
            sample_pictures.card("back"),
            tuple(Say(f"issue.preview.{note}") for note in ("name", "social", "bank")),
        ),
    ),
    "CardPreview:no_notes": (
        SESSION,
        CardPreview(Say("issue.preview.question"), sample_pictures.card("front"), sample_pictures.card("back")),
    ),
    "CardPreview:looking": (
        frame(),
        CardPreview(
            Say("making.looking.question"),
            sample_pictures.card("front"),
            sample_pictures.card("back"),
            (Say("making.looking.where"), Say("making.looking.unsure")),
        ),
    ),
    "Sign": (AWAY, Sign(Say("issue.sign.what"), _SIGNED[:2])),
    "Sign:problem": (BACK, Sign(Say("issue.sign.what"), _SIGNED, Say("issue.photo_receipt.unknown"))),
    "Pay": (SESSION, Pay(Fen(2_000), Say("issue.pay.what"), _CODE, 276, (Say("issue.pay.held"),))),
    "Pay:large_sum": (
        CARD,
        Pay(
            Fen(123_456_789), Say("issue.pay.what"), _CODE * 3, 59, (Say("issue.pay.held"), Say("issue.pay.sent_back"))
        ),
    ),
    "MakingCard": (frame(), MakingCard(_STEPS, 3, 60)),
    "MakingCard:note": (frame(card_in=True), MakingCard(_STEPS, 4, 90, Say("making.spoiling"))),
    "MakingCard:last": (frame(), MakingCard(_STEPS, 5, 20)),
    "MakingCard:other_steps": (frame(), MakingCard(_STEPS[:4], 2, 20)),
    "TakeNewCard": (frame(lit="card_outlet"), TakeNewCard()),
    "TakeNewCard:urgent": (frame(lit="card_outlet"), TakeNewCard(urgent=True, seconds=30)),
    "PinEntry:staff": (frame(leave=True, lit="keypad"), PinEntry("staff", 5, 6)),
    "PinEntry:staff_wrong": (frame(leave=True, lit="keypad"), PinEntry("staff", 0, 6, problem=Say("pin.wrong"))),
}
"""Keys as in :data:`screens.samples.SAMPLES`."""
