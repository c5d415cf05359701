"""A digital input unit on Modbus RTU that the cabinet's contacts are wired to.

Contacts rest closed: an input that reads 1 is a door that is shut, a tamper loop that is whole, mains that are there, a
battery that is charged. So a wire that is cut alarms. The temperature is a holding register in tenths of a degree.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

import serial

from devices.cabinet import faults
from devices.cabinet.contract import CabinetStatus, DoorState, PowerState, TamperState
from devices.cabinet.wire import READ_INPUTS, READ_REGISTERS, Ask, Refused, WireError, answer_in, inputs, register
from devices.contract import DeviceError, DeviceState
from devices.serial_bytes import LOST, open_port, read_some, write_all

NOT_WIRED = -1
TRIES = 3
"""How often a question is asked: every one only reads."""
GONE_AFTER_MISSES = 3
"""Statuses in a row without an answer after which the unit is gone."""
LONGEST_INPUTS = 64
HYSTERESIS = 5
"""Degrees it must cool below the limit before it is no longer too hot."""


class ModbusCabinet:
    """A :class:`devices.cabinet.contract.Cabinet`.

    ``at``: ``/dev/ttyUSB0`` or ``socket://host:port``. ``unit``: its address, 1 to 247. ``vault``, ``service``,
    ``tamper``, ``mains``, ``battery``: the inputs of the contacts, from 0; -1: not wired. ``temperature``: the holding
    register; -1: none. ``hot_above``: degrees Celsius. ``answer_seconds``: to the whole of an answer.
    """

    def __init__(
        self,
        at: str,
        *,
        baud: int = 9600,
        unit: int = 1,
        vault: int = 0,
        service: int = 1,
        tamper: int = 2,
        mains: int = 3,
        battery: int = 4,
        temperature: int = 0,
        hot_above: int = 50,
        answer_seconds: float = 0.3,
    ) -> None:
        if not 1 <= unit <= 247:
            raise ValueError(f"unit {unit}: a unit's address is 1 to 247")
        self._wired = {"vault": vault, "service": service, "tamper": tamper, "mains": mains, "battery": battery}
        for name, number in self._wired.items():
            if not NOT_WIRED <= number < LONGEST_INPUTS:
                raise ValueError(f"{name} {number}: an input is 0 to {LONGEST_INPUTS - 1}, or -1")
        if not NOT_WIRED <= temperature <= 0xFFFF:
            raise ValueError(f"temperature {temperature}: a register is 0 to 65535, or -1")
        if max(self._wired.values()) == NOT_WIRED:
            raise ValueError("no contact is wired: there is nothing to watch")
        self._at = at
        self._baud = baud
        self._inputs = Ask(unit, READ_INPUTS, 0, max(self._wired.values()) + 1)
        self._register = None if temperature == NOT_WIRED else Ask(unit, READ_REGISTERS, temperature, 1)
        self._hot_above = hot_above
        self._answer_seconds = answer_seconds
        self._port: serial.SerialBase | None = None
        self._misses = 0
        self._again = 0
        self._hot = False
        self._last: CabinetStatus | None = None

    # -- Device --------------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Connect and read the contacts once."""
        self.close()
        self._misses = 0
        self._last = self._look()

    def close(self) -> None:
        """Let go of the line; the next call opens it again."""
        port, self._port = self._port, None
        if port is not None:
            try:
                port.close()
            except LOST:
                return  # a line that has gone cannot be closed any better

    def status(self) -> CabinetStatus:
        """See the contract. A unit that misses fewer than three times is still there; its contacts are unknown."""
        try:
            self._last = self._look()
            self._misses = 0
        except DeviceError as error:
            self._misses += 1
            if self._last is not None and self._misses < GONE_AFTER_MISSES:
                return self._unknown(DeviceState.ONLINE, None)
            return self._unknown(faults.DEVICE_STATE[error.code], error.code)
        return self._last

    def counts(self) -> Mapping[str, int]:
        """``retries``: how often something had to be asked again."""
        return {"retries": self._again}

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _look(self) -> CabinetStatus:
        """Raises DeviceError."""
        whole = inputs(self._ask(self._inputs), self._inputs.count)

        def rests(name: str) -> bool | None:
            number = self._wired[name]
            return None if number == NOT_WIRED else whole[number]

        temperature = None if self._register is None else round(register(self._ask(self._register)) / 10)
        if temperature is not None:
            limit = self._hot_above - HYSTERESIS if self._hot else self._hot_above
            self._hot = temperature > limit
        vault, service = _door(rests("vault")), _door(rests("service"))
        tamper = _tamper(rests("tamper"))
        power = _power(rests("mains"), rests("battery"))
        fault = next(
            (
                code
                for is_so, code in (
                    (tamper is TamperState.TAMPERED, faults.TAMPERED),
                    (vault is DoorState.OPEN, faults.VAULT_OPEN),
                    (power is PowerState.BATTERY_LOW, faults.BATTERY_LOW),
                    (power is PowerState.BATTERY, faults.ON_BATTERY),
                    (self._hot, faults.TOO_HOT),
                    (service is DoorState.OPEN, faults.SERVICE_OPEN),
                )
                if is_so
            ),
            None,
        )
        state = DeviceState.ONLINE if fault is None else faults.DEVICE_STATE.get(fault, DeviceState.ONLINE)
        return CabinetStatus(state, fault, vault, service, tamper, power, temperature)

    def _unknown(self, state: DeviceState, fault: str | None) -> CabinetStatus:
        wired = self._wired
        return CabinetStatus(
            state,
            fault,
            None if wired["vault"] == NOT_WIRED else DoorState.UNKNOWN,
            None if wired["service"] == NOT_WIRED else DoorState.UNKNOWN,
            None if wired["tamper"] == NOT_WIRED else TamperState.UNKNOWN,
            None if wired["mains"] == wired["battery"] == NOT_WIRED else PowerState.UNKNOWN,
            None,
        )

    def _ask(self, ask: Ask) -> bytes:
        """Ask until an answer comes that is one. Raises DeviceError."""
        code, why = faults.NO_ANSWER, ""
        for attempt in range(TRIES):
            if attempt:
                self._again += 1
            try:
                answer = self._once(ask)
            except WireError as error:
                code, why = faults.LINE_NOISE, str(error)
            except (*LOST, ValueError) as error:
                self.close()
                code, why = faults.NOT_CONNECTED, type(error).__name__
            else:
                if isinstance(answer, Refused):
                    raise DeviceError(faults.REFUSED, f"function {ask.function:02X}, exception {answer.code}")
                if answer is not None:
                    return answer
                code, why = faults.NO_ANSWER, "silent"
        raise DeviceError(code, f"{self._at}: {why}")

    def _once(self, ask: Ask) -> bytes | Refused | None:
        """None: silence. Raises WireError, or what a lost port raises."""
        if self._port is None:
            self._port = open_port(self._at, self._baud)
        port = self._port
        while read_some(port, 0):  # a late answer, or noise: the line has no numbers to tell them by
            continue
        write_all(port, ask.encode())
        heard = b""
        until = time.monotonic() + self._answer_seconds
        while (left := until - time.monotonic()) > 0:
            data = read_some(port, left)
            heard += data
            if (answer := answer_in(ask, heard)) is not None:
                return answer
        if heard:
            raise WireError("broken off")
        return None


def _door(rests: bool | None) -> DoorState | None:
    return None if rests is None else DoorState.CLOSED if rests else DoorState.OPEN


def _tamper(rests: bool | None) -> TamperState | None:
    return None if rests is None else TamperState.UNTOUCHED if rests else TamperState.TAMPERED


def _power(mains: bool | None, battery: bool | None) -> PowerState | None:
    if mains is None and battery is None:
        return None
    if mains:
        return PowerState.MAINS
    if battery is False:
        return PowerState.BATTERY_LOW
    return PowerState.UNKNOWN if mains is None else PowerState.BATTERY
