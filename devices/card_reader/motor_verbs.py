"""What can be done by hand with a reader that has a motor, a bin or a light."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from devices.card_reader.contract import CardReader
from devices.card_reader.motorised import Light, lit, motorised, retaining
from devices.contract import Cancellation
from devices.verbs import Verb

Tell = Callable[[str], None]

_NO = "this reader has no {}"


def _none(words: Sequence[str]) -> None:
    if words:
        raise ValueError(f"unexpected: {' '.join(words)}")


def _position(reader: CardReader) -> Mapping[str, object]:
    able = motorised(reader)
    if able is None:
        raise ValueError(_NO.format("motor"))
    status = able.status()
    return {"device": str(status.device), "fault": status.fault, "position": str(status.position)}


def _eject(reader: CardReader, _: Cancellation, words: Sequence[str], __: Tell) -> Mapping[str, object]:
    _none(words)
    if motorised(reader) is None:
        raise ValueError(_NO.format("motor"))
    reader.release()
    return _position(reader)


def _retract(reader: CardReader, _: Cancellation, words: Sequence[str], __: Tell) -> Mapping[str, object]:
    _none(words)
    able = motorised(reader)
    if able is None:
        raise ValueError(_NO.format("motor"))
    return {"retracted": able.retract(), **_position(reader)}


def _retain(reader: CardReader, _: Cancellation, words: Sequence[str], __: Tell) -> Mapping[str, object]:
    _none(words)
    able = retaining(reader)
    if able is None:
        raise ValueError(_NO.format("bin"))
    return {"retained": able.retain(), **_position(reader)}


def _lights(reader: CardReader, _: Cancellation, words: Sequence[str], __: Tell) -> Mapping[str, object]:
    able = lit(reader)
    if able is None:
        raise ValueError(_NO.format("light"))
    if len(words) != 1 or words[0] not in tuple(Light):
        raise ValueError(f"give one of {', '.join(Light)}")
    able.lights(Light(words[0]))
    return {"light": words[0]}


MOTOR_VERBS: dict[str, Verb] = {
    "eject": Verb("push the card to the gate and hold it there (motorised readers)", _eject),
    "retract": Verb("draw a card that was not taken back in (motorised readers)", _retract),
    "retain": Verb("put the card into the bin (readers with a bin)", _retain),
    "lights": Verb("set the guide light: off, on or blinking (readers with a light)", _lights, "LIGHT"),
}
