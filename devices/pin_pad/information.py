"""The answer to command 3, field by field (pin-pad.md, D1; widths are the ZT588's)."""

from __future__ import annotations

from devices.pin_pad.contract import PinPadInformation

WIDTHS = (50, 48, 20, 8, 6, 3, 3, 4, 4)
"""User, key codes (hex), settings (hex), function, model, hardware, software, date, serial."""


def read_information(data: bytes) -> PinPadInformation:
    """Fields of an answer of the known length; any other length is kept whole as ``user`` and the rest is None."""
    if len(data) != sum(WIDTHS):
        return PinPadInformation(user=_text(data))
    fields = []
    at = 0
    for width in WIDTHS:
        fields.append(_text(data[at : at + width]))
        at += width
    user, _, _, _, model, hardware, software, produced, serial = fields
    return PinPadInformation(model, hardware, software, produced, serial, user)


def _text(data: bytes) -> str | None:
    return data.decode("ascii", "replace").strip(" \0") or None
