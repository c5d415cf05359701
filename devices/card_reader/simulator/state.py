"""What a running card remembers: for ever (files, PIN, blocks) and until the next reset (who has proven what)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from devices.card_reader.simulator.description import CardDescription, file_tree
from devices.card_reader.simulator.files import Access, BinaryFile, Directory, ElementaryFile
from devices.card_reader.simulator.pin import HolderPin
from devices.card_reader.simulator.security import CardCipher
from devices.card_reader.simulator.test_keys import master_keys

KEY_TRIES = 15
"""Wrong EXTERNAL AUTHENTICATEs in a row before a key is locked."""


class Refusal(Exception):
    """The command ends with this status word; ``data`` comes before it."""

    def __init__(self, sw: int, data: bytes = b"") -> None:
        super().__init__(f"{sw:04X}")
        self.sw = sw
        self.data = data


@dataclass(frozen=True, slots=True)
class Command:
    """A command as the card sees it. ``le``: None when there is no such byte, else 1 to 256."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None

    @classmethod
    def parse(cls, raw: bytes) -> Command:
        """Refuses with 6700 what is no short command."""
        if len(raw) < 4:
            raise Refusal(0x6700)
        (cla, ins, p1, p2), body = raw[:4], raw[4:]
        if len(body) <= 1:
            return cls(cla, ins, p1, p2, le=(body[0] or 256) if body else None)
        length, rest = body[0], body[1:]
        if length == 0 or len(rest) not in (length, length + 1):
            raise Refusal(0x6700)
        return cls(cla, ins, p1, p2, data=rest[:length], le=(rest[length] or 256) if len(rest) > length else None)

    @property
    def header(self) -> bytes:
        """CLA INS P1 P2 Lc, the beginning of what a MAC covers."""
        return bytes((self.cla, self.ins, self.p1, self.p2, len(self.data)))


@dataclass(slots=True)
class Session:
    """What holds until reset, or until another environment is selected."""

    directory: Directory
    file: ElementaryFile | None = None
    pin_verified: bool = False
    keys: set[int] = field(default_factory=set)
    challenge: bytes | None = None
    waiting: bytes = b""
    chained: bytes = b""


class CardState:
    """The card's memory, built from its description. ``changed`` is set whenever something lasting was altered."""

    def __init__(self, description: CardDescription) -> None:
        self.description = description
        self.cipher = CardCipher(description.algorithm_id)
        self.trees = file_tree(description)
        self.pin = HolderPin.of(description.pin, description.pin_tries_max, description.pin_tries_left)
        self._masters = master_keys(description.algorithm_id)
        self.key_tries = dict.fromkeys(self._masters, KEY_TRIES)
        self.blocked = description.blocked
        balances = description.medical.get("balances", {})
        self.purses = {int(number): int(fen) for number, fen in balances.items()}
        self.purse_counter = int(description.medical.get("counter", 0))
        self.purse_ready = False
        self.changed = False
        self.session = Session(self.trees[0])

    def reset(self) -> None:
        """Power on, or a warm reset."""
        self.session = Session(self.trees[0])
        self.purse_ready = False

    def directories(self) -> list[Directory]:
        """All of them, in both environments."""
        return [directory for tree in self.trees for directory in tree.walk()]

    def key(self, key_id: int) -> bytes:
        """This card's own key, derived from the test master. Refuses with 6A88."""
        if key_id not in self._masters:
            raise Refusal(0x6A88)
        return self.cipher.card_key(self._masters[key_id], self.description.identifier_bytes)

    def take_challenge(self) -> bytes:
        """The random last given out, usable once. Refuses with 6984."""
        challenge, self.session.challenge = self.session.challenge, None
        if challenge is None:
            raise Refusal(0x6984)
        return challenge

    def give_challenge(self, length: int) -> bytes:
        """A fresh random, remembered."""
        self.session.challenge = secrets.token_bytes(length)
        return self.session.challenge

    def permits(self, access: Access) -> bool:
        """Whether what has been proven in this session is enough."""
        proven: set[object] = set(self.session.keys)
        if self.session.pin_verified or not self.pin.is_set:
            proven.add("PIN")
        return any(alternative <= proven for alternative in access)

    def open_message(self, command: Command, key_id: int) -> bytes:
        """The data of a command that carries a MAC, checked. Refuses with 6987 (no MAC), 6984, 6988."""
        if len(command.data) < 4:
            raise Refusal(0x6987)
        data, mac = command.data[:-4], command.data[-4:]
        session = self.cipher.session_key(self.key(key_id), self.take_challenge())
        if self.cipher.mac(session, command.header + data) != mac:
            raise Refusal(0x6988)
        return data

    def save(self) -> dict[str, object]:
        """Everything lasting, as JSON values."""
        files: dict[str, object] = {}
        for directory in self.trees[0].walk():
            for file in directory.files.values():
                where = f"{directory.identifier:04X}/{file.identifier:04X}"
                if isinstance(file, BinaryFile):
                    files[where] = file.content.hex()
                else:
                    files[where] = [record.hex() for record in file.records]
        return {
            "identifier": self.description.identifier.upper(),
            "blocked": self.blocked,
            "pin": self.pin.save(),
            "key_tries": {f"{key_id:02X}": tries for key_id, tries in self.key_tries.items()},
            "purses": {str(number): fen for number, fen in self.purses.items()},
            "purse_counter": self.purse_counter,
            "files": files,
        }

    def restore(self, saved: dict[str, object]) -> None:
        """Take up what :meth:`save` gave. ValueError when it belongs to another card."""
        if saved.get("identifier") != self.description.identifier.upper():
            raise ValueError("this memory belongs to another card")
        files = _mapping(saved["files"])
        for directory in self.trees[0].walk():
            for file in directory.files.values():
                content = files[f"{directory.identifier:04X}/{file.identifier:04X}"]
                if isinstance(file, BinaryFile):
                    file.content = bytearray.fromhex(str(content))
                elif isinstance(content, list):
                    file.records = [bytes.fromhex(record) for record in content]
        self.blocked = str(saved["blocked"])
        self.pin = HolderPin.restore(_mapping(saved["pin"]))
        self.key_tries = {int(key_id, 16): _number(tries) for key_id, tries in _mapping(saved["key_tries"]).items()}
        self.purses = {int(number): _number(fen) for number, fen in _mapping(saved["purses"]).items()}
        self.purse_counter = _number(saved["purse_counter"])


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("the card's memory is damaged")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError("the card's memory is damaged")
    return value
