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


def _cabinet(scene: Json, words: Words) -> str:
    open_doors = [words(f"state.door_{name}") for name in scene["open"]]
    return _join(open_doors, words) if open_doors else words("state.doors_shut")


def _card_printer(scene: Json, words: Words) -> str:
    if not scene["powered"]:
        return words("state.no_power")
    card = scene["card"]
    parts = [words(f"state.card_{card['place']}" if card else "state.path_empty")]
    if scene.get("printing"):
        parts.append(words("state.printing"))
    counts = "、".join if words.language == "zh" else " + ".join
    parts.append(words("state.hoppers", counts=counts(str(hopper["cards"]) for hopper in scene["hoppers"])))
    for store in ("reject_box", "holding_slot"):
        if scene.get(store):
            parts.append(words(f"state.{store}", count=len(scene[store])))
    if (ribbon := scene.get("ribbon")) is not None:
        parts.append(words("state.ribbon", left=ribbon["left"]))
    if scene.get("cover") == "open":
        parts.append(words("state.cover_open"))
    return _join(parts, words)


def _chip_contact(scene: Json, words: Words) -> str:
    return words("state.contact_empty" if scene["card"] is None else "state.contact_card")


_STATES: Mapping[str, Callable[[Json, Words], str]] = {
    "card-reader": _card_reader,
    "id-reader": _id_reader,
    "pin-pad": _pin_pad,
    "receipt-printer": _receipt_printer,
    "camera": _camera,
    "cabinet": _cabinet,
    "card-printer": _card_printer,
    "chip-contact": _chip_contact,
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
