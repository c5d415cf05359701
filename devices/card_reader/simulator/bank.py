"""The bank side of the chip (A9): the payment directory and one UnionPay application, for its card number only."""

from __future__ import annotations

from collections.abc import Mapping

from devices.card_reader.simulator.files import ALWAYS, NEVER, Directory, RecordFile, RecordKind, tlv

PAYMENT_DIRECTORY = b"1PAY.SYS.DDF01"
APPLICATIONS = {
    "debit": bytes.fromhex("A000000333010101"),
    "credit": bytes.fromhex("A000000333010102"),
    "quasi-credit": bytes.fromhex("A000000333010103"),
    "e-cash": bytes.fromhex("A000000333010106"),
}
PROCESSING_OPTIONS = tlv(0x80, bytes.fromhex("7C00"), bytes.fromhex("10010100"), bytes.fromhex("18010100"))
"""AIP, then the AFL: record 1 of SFI 2 and record 1 of SFI 3."""


def bank_directories(bank: Mapping[str, str]) -> list[Directory]:
    """From ``{"pan", "expiry" (YYMM), "kind"}``; nothing when there is no bank side. ValueError for an unknown kind.

    ``number_in``: ``both``, ``5A`` or ``57``: which record carries the card number.
    """
    if not bank:
        return []
    kind = bank.get("kind", "debit")
    if kind not in APPLICATIONS:
        raise ValueError(f"bank kind: {', '.join(APPLICATIONS)}, not {kind!r}")
    name, pan, expiry = APPLICATIONS[kind], bank["pan"], bank.get("expiry", "3412")
    where = bank.get("number_in", "both")
    track = f"{pan}D{expiry}2200000000000"
    track += "F" * (len(track) % 2)
    padded = pan + "F" * (len(pan) % 2)
    label = b"UnionPay Debit" if kind == "debit" else b"UnionPay Credit"
    entry = tlv(0x61, tlv(0x4F, name), tlv(0x50, label))
    directory = Directory(
        0xBF01, PAYMENT_DIRECTORY, tlv(0x6F, tlv(0x84, PAYMENT_DIRECTORY), tlv(0xA5, tlv(0x88, b"\x01"))), "bank"
    )
    directory.files[1] = RecordFile(1, RecordKind.FIXED, ALWAYS, NEVER, 0, [tlv(0x70, entry)])
    application = Directory(0xBF02, name, tlv(0x6F, tlv(0x84, name), tlv(0xA5, tlv(0x50, label))), "bank")
    second = tlv(0x57, bytes.fromhex(track)) if where in ("both", "57") else b""
    third = tlv(0x5A, bytes.fromhex(padded)) if where in ("both", "5A") else b""
    application.files[2] = RecordFile(2, RecordKind.FIXED, ALWAYS, NEVER, 0, [tlv(0x70, second, tlv(0x5F20, b"/"))])
    application.files[3] = RecordFile(
        3, RecordKind.FIXED, ALWAYS, NEVER, 0, [tlv(0x70, third, tlv(0x5F24, bytes.fromhex(expiry + "31")))]
    )
    return [directory, application]
