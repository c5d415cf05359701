"""BER-TLV, as far as cards use it."""

from __future__ import annotations

from collections.abc import Iterator

from devices.card_reader.social_security_card.codecs import BadData


def parse(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and value of each BER-TLV; fill bytes 00 and FF between them are passed over. Raises BadData."""
    at = 0
    while at < len(data):
        if data[at] in (0x00, 0xFF):
            at += 1
            continue
        tag = data[at]
        at += 1
        try:
            if tag & 0x1F == 0x1F:
                tag = tag << 8 | data[at]
                at += 1
            length = data[at]
            at += 1
            if length & 0x80:
                count = length & 0x7F
                length = int.from_bytes(data[at : at + count], "big")
                at += count
        except IndexError:
            raise BadData("a TLV ends inside its head") from None
        if at + length > len(data):
            raise BadData("a TLV is longer than what holds it")
        yield tag, data[at : at + length]
        at += length


def find(data: bytes, wanted: int) -> bytes | None:
    """The first value with that tag, at any depth. Raises BadData."""
    for tag, value in parse(data):
        if tag == wanted:
            return value
        constructed = (tag >> 8 if tag > 0xFF else tag) & 0x20
        # 9F0C holds TLVs although its tag says it is primitive (the SSSE's FCI).
        if constructed or tag == 0x9F0C:
            found = find(value, wanted)
            if found is not None:
                return found
    return None
