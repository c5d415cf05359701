"""A simulated SZZT ZT588 or ZT598, written from pin-pad.md (D1, D4) and not from the driver.

Where the page leaves a shape open, what is answered here is what the known source of that model expects: the steps of
``:``, the begin of ``c``, the fields of ``d``, ``e`` and ``8``. A frame with a wrong LRC is not answered. Its keys are
test keys.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, ClassVar, Literal

from devices.pin_pad import simulated_commands
from devices.pin_pad.simulated_keypad import LABELS, Keypad
from devices.pin_pad.simulated_keys import KeyStore, Refused
from devices.simulation import FaultSwitch, Json, Port, Simulator, action

FACTORY_USER = " " * 50
FACTORY_UID = bytes(16)


class Zt598Simulator(Simulator):
    """``model``: zt598 or zt588. ``seed``: for the random digits of PIN blocks and challenges."""

    FAULTS: ClassVar[tuple[FaultSwitch, ...]] = (
        FaultSwitch("rtn", "Commands are answered with this RTN, two hexadecimal digits, such as E0.", ""),
        FaultSwitch("rtn_for", "Only commands that begin with this text get the RTN above.", ""),
        FaultSwitch("low_battery", "The battery is low: every command is answered with E0."),
        FaultSwitch("tampered", "The case was opened: every command is answered with DD."),
        FaultSwitch("wrong_lrc", "This many of the next answers carry a wrong check sum.", 0),
        FaultSwitch("lost_answers", "This many of the next answers are not sent.", 0),
        FaultSwitch("cut_answers", "This many of the next answers break off half-way.", 0),
        FaultSwitch("late_answers", "This many of the next answers come 0.4 seconds late.", 0),
        FaultSwitch("authorisation", "Keys must be authorised before they are used (EC otherwise)."),
        FaultSwitch("parity", "Keys of even parity are refused (E6)."),
        FaultSwitch("stray_byte", "Each answer is preceded by a byte that is no key."),
    )

    def __init__(self, *, model: Literal["zt598", "zt588"] = "zt598", seed: int = 0) -> None:
        super().__init__()
        if model not in ("zt598", "zt588"):
            raise ValueError(f"no such model: {model!r}")
        self.model = model
        self.random: random.Random = random.Random(seed)  # noqa: S311 -- a simulated pad
        self.keypad: Keypad = Keypad(self._send_raw)
        self.keys = KeyStore()
        self.user = FACTORY_USER
        self.uid = FACTORY_UID
        self.beep_time = 10
        self.challenge: bytes | None = None
        self.proof: bytes | None = None
        self.candidate: int | None = None
        self.authorised: int | None = None
        self.failures = 0
        self.block_request = b""
        self.commands = 0
        self.bad_frames = 0
        self._buffer = bytearray()

    # -- the line ------------------------------------------------------------------------------------------------------

    def attached(self, port: Port) -> None:
        """Power on: input off, nothing authorised."""
        super().attached(port)
        self._buffer.clear()
        self.forget_session()
        self.keypad.powered(port)

    def detached(self) -> None:
        """Power off."""
        super().detached()
        self.keypad.powered(None)

    def forget_session(self) -> None:
        """No challenge, no authorised key; the number of failures stays."""
        self.challenge = self.proof = None
        self.candidate = self.authorised = None
        self.block_request = b""

    def received(self, data: bytes) -> None:
        """Frames of commands; anything between them is passed over."""
        self._buffer += data
        while (text := self._next_command()) is not None:
            self._answer(text)

    def _next_command(self) -> bytes | None:
        buffer = self._buffer
        while True:
            start = buffer.find(b"\x02")
            if start < 0:
                buffer.clear()
                return None
            del buffer[:start]
            if len(buffer) < 4:
                return None
            digits = bytes(buffer[1:4])
            if not digits.isdigit():
                self._skip()
                continue
            end = 4 + int(digits)
            if end == 4:
                end = buffer.find(b"\x03", 4 + 1000)
                if end < 0:
                    return None
            if len(buffer) < end + 3:
                return None
            check = 0
            for byte in buffer[1 : end + 1]:
                check ^= byte
            if buffer[end] != 0x03 or bytes(buffer[end + 1 : end + 3]) != f"{check:02X}".encode():
                self._skip()
                continue
            text = bytes(buffer[4:end])
            del buffer[: end + 3]
            return text

    def _skip(self) -> None:
        self.bad_frames += 1
        del self._buffer[:1]

    def _answer(self, text: bytes) -> None:
        self.commands += 1
        try:
            self._refuse_by_fault(text)
            data = simulated_commands.run(self, text)
        except Refused as refused:
            self._reply(refused.rtn, b"")
        else:
            self._reply(0x60, data)

    def _refuse_by_fault(self, text: bytes) -> None:
        if self.faults["low_battery"]:
            raise Refused(0xE0)
        if self.faults["tampered"]:
            raise Refused(0xDD)
        rtn = str(self.faults["rtn"])
        if rtn and text.startswith(str(self.faults["rtn_for"]).encode("ascii")):
            raise Refused(int(rtn, 16))

    def _reply(self, rtn: int, data: bytes) -> None:
        content = bytes([rtn]) + data
        length = f"{len(content):03d}" if len(content) <= 999 else f"000{len(content):04d}"
        body = length.encode() + content + b"\x03"
        check = 0
        for byte in body:
            check ^= byte
        if self._spend("wrong_lrc"):
            check ^= 0x01
        frame = b"\x02" + body + f"{check:02X}".encode()
        if self.faults["stray_byte"]:
            frame = b"\x00" + frame
        if self._spend("cut_answers"):
            frame = frame[: len(frame) // 2]
        if self._spend("lost_answers") or self.port is None:
            return
        if self._spend("late_answers"):
            self.port.after(0.4, lambda: self._send_raw(frame))
        else:
            self._send_raw(frame)

    def _spend(self, name: str) -> bool:
        left = int(self.faults[name])
        self.faults[name] = max(0, left - 1)
        return left > 0

    def _send_raw(self, data: bytes) -> None:
        if self.port is not None:
            self.port.send(data)

    # -- people and the bench ------------------------------------------------------------------------------------------

    @action("Press a key")
    def press(self, key: str) -> None:
        """``key``: 0 to 9, 00, ``.``, cancel, clear, enter, blank, F1 to F8. Without effect while input is off."""
        self.keypad.press(key)

    @action("Type keys, one every quarter of a second")
    def type_keys(self, keys: list[str], pause: float = 0.25) -> None:
        """Press one after another, ``pause`` seconds apart."""
        port = self.port
        if port is None:
            return
        for label in keys:
            if label not in LABELS:
                raise ValueError(f"no such key; there are: {' '.join(LABELS)}")

        def next_key(rest: list[str]) -> Callable[[], None]:
            def act() -> None:
                if self.port is port and rest:
                    self.keypad.press(rest[0])
                    port.after(pause, next_key(rest[1:]))

            return act

        next_key(list(keys))()

    def scene(self) -> Json:
        """What one sees and hears; of a PIN only how many digits are in."""
        return {
            "model": self.model,
            "input": str(self.keypad.mode),
            "typed": self.keypad.typed,
            "beeps": self.keypad.beeps,
            "keys_loaded": self.keys.places(),
            "labels": list(LABELS),
        }

    def save(self) -> Json:
        """Keys (test keys), user information, UID and settings; never what was typed."""
        pad = self.keypad
        return {
            "keys": self.keys.save(),
            "user": self.user,
            "uid": self.uid.hex(),
            "table": pad.table.hex(),
            "settings": {
                "seconds": pad.seconds,
                "mask": pad.mask,
                "minimum": pad.minimum,
                "maximum": pad.maximum,
                "sound": pad.sound,
                "beep_time": self.beep_time,
            },
        }

    def restore(self, saved: Json) -> None:
        """Take up what :meth:`save` gave; without an entry, the factory's values stay."""
        settings: dict[str, Any] = dict(saved.get("settings", {}))
        self.beep_time = settings.pop("beep_time", self.beep_time)
        for name, value in settings.items():
            setattr(self.keypad, name, value)
        self.keys.restore(saved.get("keys", []))
        self.user = saved.get("user", self.user)
        self.uid = bytes.fromhex(saved.get("uid", self.uid.hex()))
        self.keypad.table = bytes.fromhex(saved.get("table", self.keypad.table.hex()))


class Zt588Simulator(Zt598Simulator):
    """The ZT588 by its own name."""

    def __init__(self, *, seed: int = 0) -> None:
        super().__init__(model="zt588", seed=seed)
