"""A card as a wallet file describes it, and the file tree that follows from the description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from devices.card_reader.simulator import layout
from devices.card_reader.simulator.bank import bank_directories
from devices.card_reader.simulator.files import BinaryFile, Directory, ElementaryFile, RecordFile, RecordKind, tlv
from devices.card_reader.simulator.security import ALGORITHM_3DES, ALGORITHM_SM4

ALGORITHMS = {"3des": ALGORITHM_3DES, "sm4": ALGORITHM_SM4}
_CYCLIC_EMPTY = b"\xff"


@dataclass(frozen=True, slots=True)
class CardDescription:
    """What is on a card. Digits as on the chip, dates ``YYYYMMDD``; an empty field is left unset.

    ``identifier``: 32 hexadecimal digits. ``version``: 1.0, 2.0, 3.0. ``algorithm``: sm4, 3des; empty: as the version
    has it. ``pin``: digits, empty: no PIN set. ``bank``: ``{"pan", "expiry" (YYMM), "kind" debit|credit}``.
    ``medical``: ``{"balances": {"1": fen}, "transactions": [{"type", "terminal", "time", "account", "self_pay",
    "pooled"}]}``. ``files``: ``{"DF01/05": {"21": value}}`` by tag. ``blocked``: ``"card"``, ``"application"``,
    ``"for-ever"`` or empty. ``fingerprint`` and ``photo`` are hexadecimal. ``atr``:
    hexadecimal; empty: made from the identifier.
    """

    identifier: str
    number: str = ""
    ssn: str = ""
    name: str = ""
    sex: str = ""
    nation: str = ""
    birthplace: str = ""
    birth_date: str = ""
    card_class: str = "3"
    version: str = "3.0"
    version_text: str | None = None
    initialiser: str = ""
    issue_date: str = ""
    valid_until: str = ""
    algorithm: str = ""
    pin: str = field(default="123456", repr=False)
    pin_tries_max: int = 3
    pin_tries_left: int | None = None
    bank: Mapping[str, str] = field(default_factory=dict)
    medical: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    blocked: str = ""
    fingerprint: str = ""
    photo: str = ""
    atr: str = ""

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> CardDescription:
        """From a plain mapping, as JSON or TOML gives it. ValueError names a field that is wrong or unknown."""
        known = {f.name for f in fields(cls)}
        unknown = sorted(set(plain) - known)
        if unknown:
            raise ValueError(f"a card has no {', '.join(unknown)}; it has {', '.join(sorted(known))}")
        if "identifier" not in plain:
            raise ValueError("a card needs its identifier")
        card = cls(**plain)
        if len(card.identifier) != 32 or set(card.identifier.upper()) - set("0123456789ABCDEF"):
            raise ValueError("identifier: 32 hexadecimal digits")
        if card.version not in ("1.0", "2.0", "3.0"):
            raise ValueError(f"version: 1.0, 2.0 or 3.0, not {card.version!r}")
        if card.algorithm not in ("", *ALGORITHMS):
            raise ValueError(f"algorithm: sm4 or 3des, not {card.algorithm!r}")
        if card.pin and not (card.pin.isascii() and card.pin.isdigit() and 4 <= len(card.pin) <= 16):
            raise ValueError("pin: 4 to 16 digits, or empty")
        if not 0 < card.pin_tries_max <= 15:
            raise ValueError("pin_tries_max: 1 to 15")
        if card.blocked not in ("", "card", "application", "for-ever"):
            raise ValueError(f"blocked: card, application, for-ever or empty, not {card.blocked!r}")
        return card

    @property
    def identifier_bytes(self) -> bytes:
        """The 16 bytes of the card identifier."""
        return bytes.fromhex(self.identifier)

    @property
    def algorithm_id(self) -> int:
        """01 or 03."""
        return ALGORITHMS[self.algorithm or ("sm4" if self.version == "3.0" else "3des")]

    @property
    def atr_bytes(self) -> bytes:
        """A7: T=0, direct convention, 13 historical bytes ending in region and serial."""
        if self.atr:
            return bytes.fromhex(self.atr)
        identifier = self.identifier_bytes
        historical = bytes.fromhex("00814E43238697") + identifier[:2] + identifier[8:12]
        return bytes.fromhex("3B6D0000") + historical


def pack_digits(digits: str, length: int) -> bytes:
    """cn: two digits a byte, left justified, F filled."""
    text = digits.upper().ljust(length * 2, "F")
    if len(text) != length * 2:
        raise ValueError(f"{len(digits)} digits do not fit {length} bytes")
    return bytes.fromhex(text)


def pack_text(text: str, length: int) -> bytes:
    """an: characters in GBK (GB 18030 beyond it), left justified, 00 filled."""
    data = text.encode("gb18030")
    if len(data) > length:
        raise ValueError(f"{len(data)} bytes of text do not fit {length}")
    return data.ljust(length, b"\0")


def _value(item: layout.Item, given: str) -> bytes:
    if item.format == "cn":
        return pack_digits(given, item.length)
    if item.format == "an":
        return pack_text(given, item.length)
    return bytes.fromhex(given).ljust(item.length, b"\xff")


def _split_name(name: str, extended: bool) -> tuple[str, str]:
    """The name's part in record 09 (30 bytes) and its extension in 4E (20 bytes); no character is cut."""
    if not extended or len(name.encode("gb18030")) <= 0x1E:
        return name, ""
    head = name
    while len(head.encode("gb18030")) > 0x1E:
        head = head[:-1]
    return head, name[len(head) :]


def _environment_values(card: CardDescription) -> dict[int, dict[int, str]]:
    name, extension = _split_name(card.name, card.version != "1.0")
    text = card.version_text
    if text is None:
        text = {"1.0": "1.00", "2.0": "2.00", "3.0": "3.00"}[card.version]
    return {
        0xEF05: {
            0x01: card.identifier,
            0x02: card.card_class,
            0x03: text,
            0x04: card.initialiser or f"9156000002{card.identifier[:6]}{card.identifier[:6]}01",
            0x05: card.issue_date,
            0x06: card.valid_until,
            0x07: card.number,
        },
        0xEF06: {
            0x08: card.ssn,
            0x09: name,
            0x4E: extension,
            0x0A: card.sex,
            0x0B: card.nation,
            0x0C: card.birthplace,
            0x0D: card.birth_date,
        },
    }


def _present(plan: layout.FilePlan, values: Mapping[int, str]) -> dict[int, str]:
    """Only the items that this version has: a 1.0 card knows no name extension."""
    tags = {item.tag for item in plan.items}
    return {tag: value for tag, value in values.items() if tag in tags}


def _file(identifier: int, plan: layout.FilePlan, values: Mapping[int, str]) -> ElementaryFile:
    if plan.kind is None:
        return BinaryFile(identifier, plan.read, plan.write, plan.update_key, bytearray(b"\xff" * plan.size))
    unknown = set(values) - {item.tag for item in plan.items}
    if unknown:
        raise ValueError(f"file {identifier:04X} has no record {', '.join(f'{tag:02X}' for tag in sorted(unknown))}")
    records = [tlv(item.tag, _value(item, values.get(item.tag, ""))) for item in plan.items]
    if plan.kind is RecordKind.FIXED:
        records = [_CYCLIC_EMPTY * plan.size for _ in range(plan.maximum)]
    return RecordFile(identifier, plan.kind, plan.read, plan.write, plan.update_key, records, plan.size, plan.maximum)


def _transaction(number: int, entry: Mapping[str, Any]) -> bytes:
    """DF04/EF08: seq b2, type an1, terminal cn6, time cn7, account b4, self-pay b4, pooled b4; amounts in fen."""
    return b"".join(
        (
            number.to_bytes(2, "big"),
            pack_text(str(entry["type"]), 1),
            pack_digits(str(entry["terminal"]), 6),
            pack_digits(str(entry["time"]), 7),
            *(int(entry[amount]).to_bytes(4, "big") for amount in ("account", "self_pay", "pooled")),
        )
    )


def social_directory(card: CardDescription) -> Directory:
    """The SSSE environment with its applications."""
    algorithm = bytes((card.algorithm_id,))
    inner = tlv(0x88, b"\x1e") + tlv(0x9F0C, tlv(0x86, algorithm))
    fci = tlv(0x6F, tlv(0x84, layout.ENVIRONMENT_NAME), tlv(0xA5, inner))
    given = {key.upper(): value for key, value in card.files.items()}
    environment_values = _environment_values(card)
    root = Directory(0x3F00, layout.ENVIRONMENT_NAME, fci, "social")
    for identifier, plan in layout.environment(card.version).items():
        root.files[identifier] = _file(identifier, plan, _present(plan, environment_values.get(identifier, {})))
    for identifier, content in ((0xEF07, card.fingerprint), (0xEF08, card.photo)):
        if content:
            file = root.files[identifier]
            data = bytes.fromhex(content)
            if not isinstance(file, BinaryFile) or len(data) > len(file.content):
                raise ValueError(f"{len(data)} bytes do not fit file {identifier:04X}")
            file.content[: len(data)] = data
    for df, plans in layout.APPLICATIONS.items():
        name = layout.APPLICATION_PREFIX + bytes((layout.APPLICATION_BYTE[df],))
        directory = Directory(
            df, name, tlv(0x6F, tlv(0x84, name), tlv(0xA5, tlv(0x9F0C, tlv(0x86, algorithm)))), "social"
        )
        for identifier, plan in plans.items():
            values = given.pop(f"{df:04X}/{identifier & 0xFF:02X}", {})
            directory.files[identifier] = _file(
                identifier, plan, {int(tag, 16): value for tag, value in values.items()}
            )
        root.directories.append(directory)
    if given:
        raise ValueError(f"files: no {', '.join(sorted(given))} on this card")
    log = root.directories[3].files[0xEF08]
    if isinstance(log, RecordFile):
        entries = list(card.medical.get("transactions", ()))[-log.maximum :]
        log.records = [_transaction(n, entry) for n, entry in enumerate(entries, 1)][::-1]
    return root


def file_tree(card: CardDescription) -> list[Directory]:
    """Every directory tree on the card: the social side, and the bank side if it has one."""
    return [social_directory(card), *bank_directories(card.bank)]
