"""A cabinet's input unit, simulated: Modbus RTU on a serial line, doors and a plug for hands.

Written from protocol page *peripherals* ("Cabinet I/O") and MODBUS Application Protocol 1.1b3, not from the driver. It
knows functions 02 and 03; another is answered with exception 1, an address that it does not have with 2. A frame ends
with silence: here, when bytes make one up; what does not, is dropped when the next frame begins.
"""

from __future__ import annotations

from typing import ClassVar

from devices.simulation import FaultSwitch, Json, Port, Simulator, Timer, action

SILENCE = 0.05
"""Seconds after which what was heard so far is no beginning of a frame any more."""
NO_SUCH_FUNCTION, NO_SUCH_ADDRESS, WRONG_VALUE = 1, 2, 3
INPUTS = 16
REGISTERS = 4


def _sum(frame: bytes) -> bytes:
    total = 0xFFFF
    for octet in frame:
        total ^= octet
        for _ in range(8):
            carry = total & 1
            total >>= 1
            if carry:
                total ^= 0xA001
    return bytes((total & 0xFF, total >> 8))


class ModbusCabinetSimulator(Simulator):
    """``unit``: its address. Inputs 0 vault door, 1 service door, 2 tamper loop, 3 mains, 4 battery; 1 is at rest.
    Register 0: tenths of a degree."""

    FAULTS: ClassVar[tuple[FaultSwitch, ...]] = (
        FaultSwitch("tampered", "The tamper loop is broken: somebody has forced the cabinet."),
        FaultSwitch("mains_off", "The mains have failed; the battery carries it."),
        FaultSwitch("battery_low", "The battery is nearly empty; matters while the mains are off."),
        FaultSwitch("temperature", "Degrees Celsius inside.", 28.0),
        FaultSwitch("refuses", "It answers that it has no such inputs."),
        FaultSwitch("garbled", "The check sum of every answer is wrong."),
    )

    def __init__(self, *, unit: int = 1) -> None:
        super().__init__()
        self._unit = unit
        self._heard = b""
        self._fresh: Timer | None = None
        self._open: set[str] = set()

    # -- hands ---------------------------------------------------------------------------------------------------------

    @action("Open the vault door")
    def open_vault(self) -> None:
        """Harmless when it is open."""
        self._open.add("vault")

    @action("Shut the vault door")
    def shut_vault(self) -> None:
        """Harmless when it is shut."""
        self._open.discard("vault")

    @action("Open the service door")
    def open_service(self) -> None:
        """Harmless when it is open."""
        self._open.add("service")

    @action("Shut the service door")
    def shut_service(self) -> None:
        """Harmless when it is shut."""
        self._open.discard("service")

    def scene(self) -> Json:
        """Which doors stand open."""
        return {"open": sorted(self._open)}

    def save(self) -> Json:
        """See the base class."""
        return {"open": sorted(self._open)}

    def restore(self, saved: Json) -> None:
        """See the base class."""
        self._open = set(saved["open"])

    # -- the line ------------------------------------------------------------------------------------------------------

    def attached(self, port: Port) -> None:
        """Power on."""
        super().attached(port)
        self._heard = b""

    def received(self, data: bytes) -> None:
        """Bytes of a request, in any pieces."""
        if self._fresh is not None:
            self._fresh.cancel()
            self._fresh = None
        self._heard += data
        if len(self._heard) >= 8:
            frame, self._heard = self._heard, b""
            if len(frame) == 8 and _sum(frame[:6]) == frame[6:] and frame[0] == self._unit:
                self._answer(frame[1], int.from_bytes(frame[2:4], "big"), int.from_bytes(frame[4:6], "big"))
        elif self.port is not None:
            self._fresh = self.port.after(SILENCE, self._silence)

    def _silence(self) -> None:
        self._heard = b""

    def _answer(self, function: int, first: int, count: int) -> None:
        there = {2: INPUTS, 3: REGISTERS}.get(function)
        if there is None:
            self._send(bytes((function | 0x80, NO_SUCH_FUNCTION)))
        elif not count:
            self._send(bytes((function | 0x80, WRONG_VALUE)))
        elif first + count > there or self.faults["refuses"]:
            self._send(bytes((function | 0x80, NO_SUCH_ADDRESS)))
        elif function == 2:
            levels = self._levels()[first : first + count]
            packed = sum(level << at for at, level in enumerate(levels)).to_bytes((count + 7) // 8, "little")
            self._send(bytes((function, len(packed))) + packed)
        else:
            words = [round(float(self.faults["temperature"]) * 10) & 0xFFFF, 0, 0, 0][first : first + count]
            packed = b"".join(word.to_bytes(2, "big") for word in words)
            self._send(bytes((function, len(packed))) + packed)

    def _levels(self) -> list[bool]:
        levels = [False] * INPUTS
        levels[0] = "vault" not in self._open
        levels[1] = "service" not in self._open
        levels[2] = not self.faults["tampered"]
        levels[3] = not self.faults["mains_off"]
        levels[4] = not self.faults["battery_low"]
        return levels

    def _send(self, body: bytes) -> None:
        if self.port is not None:
            frame = bytes((self._unit,)) + body
            checked = _sum(frame)
            self.port.send(frame + (bytes((checked[0] ^ 0x55, checked[1])) if self.faults["garbled"] else checked))
