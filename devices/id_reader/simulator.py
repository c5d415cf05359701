"""A resident ID card reader with a SAM_V module, simulated: bytes in, bytes out.

Written from the protocol page *id-card-reader* (B2 to B6) and not from the driver.
"""

from __future__ import annotations

from typing import ClassVar

from devices.id_reader import simulated_cards
from devices.simulation import FaultSwitch, Json, Port, Simulator, Timer, action

_PREAMBLE = b"\xaa\xaa\xaa\x96\x69"
_BAUD_RATES = (115200, 57600, 38400, 19200, 9600)
_COMMAND_BREAKS_OFF_SECONDS = 0.5
_LONGEST_COMMAND = 3
_CARD_WORD_STATUSES = (0x31, 0x41, 0x47, 0x81)

_HEX_FAULTS = ("module_answer", "find_answer", "select_answer", "read_answer", "address_answer", "card_status_word")


def _frame(status: int, data: bytes = b"", card_word: bytes = b"\0\0") -> bytes:
    counted = (len(data) + 4).to_bytes(2, "big") + card_word + bytes([status]) + data
    check = 0
    for byte in counted:
        check ^= byte
    return _PREAMBLE + counted + bytes([check])


class SamVSimulator(Simulator):
    """``sam_id``: 32 hexadecimal digits. ``blind_after_read``: a card that was read is not found again until it has
    been lifted. ``read_seconds``: how long the module talks to a card. Cards: see
    :mod:`devices.id_reader.simulated_cards`."""

    FAULTS: ClassVar[tuple[FaultSwitch, ...]] = (
        FaultSwitch(
            "module_answer", "The module answers reset, status, id and rate with this status (two hex digits).", ""
        ),
        FaultSwitch("find_answer", "The search for a card is answered with this status (two hex digits).", ""),
        FaultSwitch("select_answer", "The selection of a card is answered with this status (two hex digits).", ""),
        FaultSwitch("read_answer", "A reading is answered with this status (two hex digits).", ""),
        FaultSwitch("address_answer", "The appended address is answered with this status (two hex digits).", ""),
        FaultSwitch("card_status_word", "SW1 SW2 that answers 31, 41, 47 and 81 carry (four hex digits).", "0000"),
        FaultSwitch("wrong_checksum", "Answers end with a wrong checksum."),
        FaultSwitch("board_timeout", "The reader's board answers in place of the module: time-out."),
        FaultSwitch("half_frame", "The card is lifted half-way through the next reading, and the answer breaks off."),
        FaultSwitch("answers", "The faults above befall this many answers and then heal (-1: they stay).", -1),
        FaultSwitch("blind_after_read", "A card that was read is not found again until it has been lifted.", True),
        FaultSwitch("read_seconds", "How long the module talks to a card before it answers a reading.", 0.0),
    )

    def __init__(
        self,
        *,
        sam_id: str = "05000100E5D6340187D61200B1CB7400",
        blind_after_read: bool = True,
        read_seconds: float = 0.0,
    ) -> None:
        super().__init__()
        self.sam_id = bytes.fromhex(sam_id)
        if len(self.sam_id) != 16:
            raise ValueError("a SAM id is 16 bytes")
        self.faults["blind_after_read"] = blind_after_read
        self.faults["read_seconds"] = read_seconds
        self.card: Json | None = None
        self.baud = _BAUD_RATES[0]
        self._buffer = bytearray()
        self._break_off: Timer | None = None
        self._busy = False
        self._forget()
        self._was_read = False

    def _forget(self) -> None:
        self._found = False
        self._selected = False

    # -- people --------------------------------------------------------------------------------------------------------

    @action("Lay an ID card on the reader")
    def lay(self, card: Json) -> None:
        """Put this card on the reader, in place of one that lies there. Raises ValueError for a card out of form."""
        simulated_cards.check(card)
        self.lift()
        self.card = dict(card)

    @action("Lift the ID card")
    def lift(self) -> None:
        """Take the card away; harmless when there is none."""
        self.card = None
        self._was_read = False
        self._forget()

    def scene(self) -> Json:
        """The card that lies there, masked, and what the module is at."""
        return {
            "card": None if self.card is None else simulated_cards.masked(self.card),
            "selected": self._selected,
            "read": self._was_read,
            "baud": self.baud,
        }

    def save(self) -> Json:
        """The card that lies there."""
        return {"card": self.card}

    def restore(self, saved: Json) -> None:
        """Lay it there again."""
        if saved.get("card") is not None:
            self.lay(saved["card"])

    def set_fault(self, name: str, value: bool | int | float | str) -> None:
        """See the base class. Raises ValueError where hexadecimal digits are asked for and not given."""
        if name in _HEX_FAULTS:
            wanted = 2 if name == "card_status_word" else 1
            if len(bytes.fromhex(str(value))) not in (0, wanted):
                raise ValueError(f"{name}: {wanted * 2} hexadecimal digits, or none")
        super().set_fault(name, value)

    # -- the line ------------------------------------------------------------------------------------------------------

    def attached(self, port: Port) -> None:
        """Power on."""
        super().attached(port)
        self._buffer.clear()
        self._busy = False
        self._was_read = False
        self._forget()

    def received(self, data: bytes) -> None:
        """Bytes of commands, in any pieces; a command that breaks off is forgotten after half a second."""
        self._buffer += data
        self._work()

    def _work(self) -> None:
        if self._break_off is not None:
            self._break_off.cancel()
            self._break_off = None
        while not self._busy and (command := self._next_command()) is not None:
            self._obey(command)
        if self._buffer and not self._busy and self.port is not None:
            self._break_off = self.port.after(_COMMAND_BREAKS_OFF_SECONDS, self._buffer.clear)

    def _next_command(self) -> bytes | None:
        """LEN, CMD, PARA and CHK of the next command."""
        start = self._buffer.find(_PREAMBLE)
        if start < 0:
            del self._buffer[: max(0, len(self._buffer) - len(_PREAMBLE) + 1)]
            return None
        counted = bytes(self._buffer[start + 5 :])
        if len(counted) < 2:
            return None
        length = int.from_bytes(counted[:2], "big")
        if length > _LONGEST_COMMAND:
            del self._buffer[:]
            return counted[:2]
        if len(counted) < 2 + length:
            return None
        del self._buffer[: start + 5 + 2 + length]
        return counted[: 2 + length]

    def _obey(self, command: bytes) -> None:
        check = 0
        for byte in command:
            check ^= byte
        if len(command) != 2 + _LONGEST_COMMAND:
            self._answer(0x11, b"", "")
        elif check != 0:
            self._answer(0x10, b"", "")
        else:
            self._obey_code(int.from_bytes(command[2:4], "big"))

    def _obey_code(self, code: int) -> None:
        if code in (0x3001, 0x3010):
            seconds = float(self.faults["read_seconds"])
            if seconds > 0 and self.port is not None:
                self._busy = True
                self.port.after(seconds, lambda: self._read_done(code))
            else:
                self._read(code)
        elif code == 0x2001:
            self._find()
        elif code == 0x2002:
            self._select()
        elif code == 0x3003:
            self._read_address()
        elif code == 0x10FF:
            self._forget()
            self._was_read = False
            self._answer(0x90, b"", "module_answer")
        elif code == 0x11FF:
            self._answer(0x90, b"", "module_answer")
        elif code == 0x12FF:
            self._answer(0x90, self.sam_id, "module_answer")
        elif code >> 8 == 0x60 and code & 0xFF < len(_BAUD_RATES):
            self._answer(0x90, b"", "module_answer")
            self.baud = _BAUD_RATES[code & 0xFF]
        else:
            self._answer(0x21, b"", "")

    def _find(self) -> None:
        self._forget()
        self._found = self.card is not None and not (self._was_read and bool(self.faults["blind_after_read"]))
        self._answer(*((0x9F, bytes(4)) if self._found else (0x80, b"")), "find_answer")

    def _select(self) -> None:
        self._selected = self._found
        self._answer(*((0x90, bytes(8)) if self._selected else (0x81, b"")), "select_answer")

    def _read_done(self, code: int) -> None:
        self._busy = False
        self._read(code)
        self._work()

    def _read(self, code: int) -> None:
        card = self.card
        if card is None or not self._selected:
            self._answer(0x41, b"", "read_answer")
            return
        if card.get("read_answer"):
            self._answer(int(card["read_answer"], 16), b"", "read_answer")
            return
        text, photo = simulated_cards.text_block(card), simulated_cards.photo_block(card)
        lengths = len(text).to_bytes(2, "big") + len(photo).to_bytes(2, "big")
        content = text + photo
        if code == 0x3010:
            fingerprint = simulated_cards.fingerprint_block(card)
            lengths += len(fingerprint).to_bytes(2, "big")
            content += fingerprint
        self._was_read = not self._forced("read_answer")
        self._answer(0x90, lengths + content, "read_answer")

    def _read_address(self) -> None:
        if self.card is None or not self._selected:
            self._answer(0x41, b"", "address_answer")
            return
        address = simulated_cards.address_block(self.card)
        self._answer(*((0x90, address) if address else (0x91, b"")), "address_answer")

    def _forced(self, fault: str) -> str:
        """The status to answer with instead, in hexadecimal; empty: none."""
        return str(self.faults[fault]) if fault and self.faults["answers"] != 0 else ""

    def _answer(self, status: int, data: bytes, fault: str) -> None:
        """Send an answer, spoilt as the faults ask."""
        if self.port is None:
            return
        whole = _frame(status, data, self._card_word(status))
        spoilt = self._spoil(status, data, fault, whole) if self.faults["answers"] != 0 else whole
        if spoilt != whole and int(self.faults["answers"]) > 0:
            self.faults["answers"] = int(self.faults["answers"]) - 1
        self.port.send(spoilt)

    def _card_word(self, status: int) -> bytes:
        told = bytes.fromhex(str(self.faults["card_status_word"]))
        return told if told and status in _CARD_WORD_STATUSES else b"\0\0"

    def _spoil(self, status: int, data: bytes, fault: str, whole: bytes) -> bytes:
        if forced := self._forced(fault):
            instead = int(forced, 16)
            return _frame(instead, data if instead == status else b"", self._card_word(instead))
        if self.faults["board_timeout"]:
            return _PREAMBLE + bytes.fromhex("0005050505")
        if self.faults["half_frame"] and len(data) > 1000:
            self.faults["half_frame"] = False
            self.lift()
            return whole[: len(whole) // 2]
        if self.faults["wrong_checksum"]:
            return whole[:-1] + bytes([whole[-1] ^ 0xFF])
        return whole
