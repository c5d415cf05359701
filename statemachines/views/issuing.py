"""The pages of issuing a card: what it costs, photo, confirming, signing, paying, the card being made, taking it.

A picture is a file in bytes (JPEG or PNG): upright, of the person in front of the machine or of their card. It is shown
and forgotten; the screens keep none.
"""

from __future__ import annotations

from typing import Literal

from statemachines.views.page import Page
from statemachines.views.parts import Row
from statemachines.views.values import Fen, Say


class Consent(Page, frozen=True):
    """What will happen, what it costs and why so much, what is kept. Intents ``agree``, frame ``back``.

    ``fee`` None: not a matter of money. ``basis``: why the fee is what it is.
    """

    title: Say
    points: tuple[Say, ...]
    fee: Fen | None = None
    basis: Say | None = None


class EnterDigits(Page, frozen=True):
    """A number that is no secret is typed on the screen, ``shortest`` to ``longest`` digits. Intent ``enter`` with the
    digits as value; the screens show and correct them by themselves. ``hint``: where the number is found."""

    question: Say
    shortest: int
    longest: int
    hint: Say | None = None
    problem: Say | None = None


class Photo(Page, frozen=True):
    """The citizen sees themselves. ``stage`` ``aim``: the live picture (as the camera sees: the screens mirror it)
    under an outline; intent ``take``. ``taking``: hold still, no intents; without a picture the last live one stays.
    ``good``: the finished photo, intents ``use``, and ``again`` while there are ``tries_left``. ``bad``: the photo with
    its faults drawn on it and named; intent ``again``, or ``give_up`` when no try is left."""

    stage: Literal["aim", "taking", "good", "bad"]
    picture: bytes = b""
    faults: tuple[Say, ...] = ()
    tries_left: int = 0


class Confirm(Page, frozen=True):
    """A group of fields to be confirmed by its owner. Intents ``right``, ``wrong``; ``reveal`` while ``masked``."""

    question: Say
    rows: tuple[Row, ...]
    masked: bool = False


class CardPreview(Page, frozen=True):
    """Both faces of a card as pictures, and a question about them. Intents ``right``, ``wrong``."""

    question: Say
    front: bytes
    back: bytes
    notes: tuple[Say, ...] = ()


class Sign(Page, frozen=True):
    """Signing with a finger. ``what``: what is signed for. Intent ``signed``; its value is the drawing: strokes parted
    by ``;``, points by a blank, ``x,y`` in whole thousandths of the field's width (0,0 top left). The screens offer to
    begin again by themselves, and send nothing shorter than a stroke of a fifth of the width."""

    what: Say
    points: tuple[Say, ...] = ()
    problem: Say | None = None


class Pay(Page, frozen=True):
    """The fee is promised with a phone. ``code``: what the QR code says. ``seconds`` left when sent, counted down by
    the screens. No intents but the frame's ``leave``."""

    amount: Fen
    what: Say
    code: str
    seconds: int
    notes: tuple[Say, ...] = ()


class MakingCard(Page, frozen=True):
    """The card is being made: the steps, drawn, and the true one lit (``at`` counts from 1). No intents at all.

    ``note``: something unusual, in words ("a second card is tried").
    """

    steps: tuple[Say, ...]
    at: int
    at_most: int
    note: Say | None = None


class TakeNewCard(Page, frozen=True):
    """The new card stands at the outlet. ``urgent`` after a first wait, then with the seconds left until it is drawn
    in. No intents."""

    urgent: bool = False
    seconds: int = 0
