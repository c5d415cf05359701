"""How a device is, in a few words, from its scene."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from devices.bench.page.words import Words
from devices.simulation import Json


def _card_reader(scene: Json, words: Words) -> str:
    card = scene["card"]
    if card is None:
        parts = [words("state.reader_empty")]
    else:
        at_gate = str(scene.get("place", "")).startswith("gate")
        key = "reader_blocked" if card["blocked"] else "reader_gate" if at_gate else "reader_card"
        parts = [words(f"state.{key}", digits=card["number"])]
    if scene.get("retained"):
        parts.append(words("state.reader_retained", count=len(scene["retained"])))
    if scene.get("light") in ("on", "blinking"):
        parts.append(words(f"state.light_{scene['light']}"))
    return _join(parts, words)


def _id_reader(scene: Json, words: Words) -> str:
    return words("state.plate_empty" if scene["card"] is None else f"state.plate_{'read' if scene['read'] else 'card'}")


def _pin_pad(scene: Json, words: Words) -> str:
    return words(f"state.pad_{scene['input']}", typed=scene["typed"])


def _receipt_printer(scene: Json, words: Words) -> str:
    parts = [words(f"state.paper_{scene['paper']}")]
    if scene["cover"] == "open":
        parts.append(words("state.cover_open"))
    if scene["cutter"] == "jammed":
        parts.append(words("state.cutter_jammed"))
    if scene["printing"]:
        parts.append(words("state.printing"))
    if scene["outlet"]:
        parts.append(words("state.outlet", count=len(scene["outlet"])))
    return _join(parts, words)


def _camera(scene: Json, words: Words) -> str:
    return words("state.camera_nobody" if scene["person"] is None else "state.camera_person")


_STATES: Mapping[str, Callable[[Json, Words], str]] = {
    "card-reader": _card_reader,
    "id-reader": _id_reader,
    "pin-pad": _pin_pad,
    "receipt-printer": _receipt_printer,
    "camera": _camera,
}


def state(device_class: str, scene: Json, words: Words) -> str:
    """One line. A class that is new here is told by its scene's own plain values."""
    known = _STATES.get(device_class)
    if known is not None:
        return known(scene, words)
    return _join([_plain(name.replace("_", " "), value) for name, value in scene.items() if _is_plain(value)], words)


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float)


def _plain(name: str, value: object) -> str:
    if isinstance(value, bool):
        return name if value else f"not {name}"
    return f"{name} {value}"


def _join(parts: list[str], words: Words) -> str:
    return ("，" if words.language == "zh" else ", ").join(parts)
