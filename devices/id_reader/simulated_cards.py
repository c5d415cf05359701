"""Identity cards as a simulated reader knows them: a plain mapping in, the chip's 256-byte text block out.

Source: protocol page *id-card-reader*, B3, written down here field after field (widths in 16-bit characters).

A card is ``{"kind": "citizen" | "hmt" | "foreigner2017" | "foreigner2023", ...}`` with the text fields named below,
``birth_date`` and ``valid_from`` as ``"1990-01-31"``, ``valid_until`` likewise or None (长期), ``sex`` as its digit.
Optional: ``photo`` and ``fingerprint`` (hexadecimal, 1024 bytes), ``appended_address``, and ``read_answer``: the
status, in hexadecimal, that a reading of this very card ends with (``33`` a forged one, ``41`` a dead chip).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from devices.id_reader.masking import mask_name, mask_number

_HEAD = (("name", 15), ("sex", 1))
_PERIOD = (("valid_from", 8), ("valid_until", 8))

_SEQUENCES: dict[str, tuple[str, tuple[tuple[str, int], ...]]] = {
    "citizen": (
        " ",
        (
            *_HEAD,
            ("nation_code", 2),
            ("birth_date", 8),
            ("address", 35),
            ("number", 18),
            ("authority", 15),
            *_PERIOD,
            ("", 14),
            ("type", 1),
            ("", 3),
        ),
    ),
    "hmt": (
        "J",
        (
            *_HEAD,
            ("", 2),
            ("birth_date", 8),
            ("address", 35),
            ("number", 18),
            ("authority", 15),
            *_PERIOD,
            ("pass_number", 9),
            ("issue_count", 2),
            ("", 3),
            ("type", 1),
            ("", 3),
        ),
    ),
    "foreigner2017": (
        "I",
        (
            ("english_name", 60),
            ("sex", 1),
            ("number", 15),
            ("nationality", 3),
            ("chinese_name", 15),
            *_PERIOD,
            ("birth_date", 8),
            ("version", 2),
            ("authority_code", 4),
            ("type", 1),
            ("", 3),
        ),
    ),
    "foreigner2023": (
        "Y",
        (
            ("chinese_name", 15),
            ("sex", 1),
            ("renewal_count", 2),
            ("birth_date", 8),
            ("english_name", 35),
            ("number", 18),
            ("", 15),
            *_PERIOD,
            ("english_name+", 11),
            ("nationality", 3),
            ("type", 1),
            ("link", 3),
        ),
    ),
}
_DATES = ("birth_date", "valid_from", "valid_until")
_BLOCK = 1024


def _in_full(card: dict[str, Any], name: str) -> str:
    value = card.get(name, "")
    if name in _DATES:
        if value is None and name == "valid_until":
            return "长期"
        return date.fromisoformat(value).strftime("%Y%m%d")
    return "" if value is None else str(value)


def check(card: dict[str, Any]) -> None:
    """Raise ValueError for a card out of form, naming the field."""
    text_block(card)
    photo_block(card)
    fingerprint_block(card)
    address_block(card)
    if len(bytes.fromhex(card.get("read_answer") or "00")) != 1:
        raise ValueError("the card's read_answer is not two hexadecimal digits")


def text_block(card: dict[str, Any]) -> bytes:
    """256 bytes. Raises ValueError naming the kind or the field that is wrong, never what is in it."""
    if card.get("kind") not in _SEQUENCES:
        raise ValueError(f"a card's kind is one of {', '.join(_SEQUENCES)}")
    mark, sequence = _SEQUENCES[card["kind"]]
    block = b""
    for name, width in sequence:
        size = width * 2
        if name == "type":
            text = mark.encode("utf-16-le")
        elif name == "english_name" and card["kind"] == "foreigner2023":
            text = _encoded(card, name)[:size]
        elif name == "english_name+":
            text = _encoded(card, "english_name")[70:]
        else:
            text = _encoded(card, name) if name else b""
        if len(text) > size:
            raise ValueError(f"the card's {name.rstrip('+')} is too long")
        block += text + b" \0" * ((size - len(text)) // 2)
    return block


def _encoded(card: dict[str, Any], name: str) -> bytes:
    wrong = ""
    try:
        return _in_full(card, name).encode("utf-16-le")
    except (TypeError, ValueError):
        wrong = f"the card's {name} is not in form"
    raise ValueError(wrong)


def photo_block(card: dict[str, Any]) -> bytes:
    """1024 bytes: the card's own, or a made-up one behind the true WLT head."""
    return _hexadecimal(card, "photo") or bytes.fromhex("574C66007E00320000FF85").ljust(_BLOCK, b"\x5a")


def fingerprint_block(card: dict[str, Any]) -> bytes:
    """1024 bytes, or none."""
    return _hexadecimal(card, "fingerprint")


def _hexadecimal(card: dict[str, Any], name: str) -> bytes:
    data = bytes.fromhex(card.get(name) or "")
    if data and len(data) != _BLOCK:
        raise ValueError(f"the card's {name} is {len(data)} bytes, not {_BLOCK}")
    return data


def address_block(card: dict[str, Any]) -> bytes:
    """The appended address, as wide as the printed one (70 bytes), or none."""
    text = str(card.get("appended_address") or "").encode("utf-16-le")
    if len(text) > 70:
        raise ValueError("the card's appended_address is too long")
    return text + b" \0" * ((70 - len(text)) // 2) if text else b""


def masked(card: dict[str, Any]) -> dict[str, str]:
    """What may be shown of a card."""
    name = str(card.get("name") or card.get("chinese_name") or card.get("english_name") or "")
    return {"kind": card["kind"], "name": mask_name(name), "number": mask_number(str(card.get("number", "")))}
