"""What a host can set in a simulated printer, and what it says of itself (page A5). It survives a power cut."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from devices.simulation import Json

INPUT = {
    "F": "FEEDER",
    "M": "MANUAL",
    "C": "MANUAL_AND_COMMAND",
    "I": "BEZEL",
    "B": "BOTH",
    "N": "NO_FEEDER",
    "R": "REAR",
}
OUTPUT = {
    "D": "STANDARD",
    "M": "MANUAL",
    "R": "ERROR",
    "N": "EJECT",
    "I": "BEZEL",
    "K": "ERROR_SLOT",
    "L": "LOCKED",
}
_TRAYS = {"cim": ("input", INPUT), "cem": ("output", OUTPUT), "crm": ("error", OUTPUT)}
REFUSED = "ERROR PARAMETRES"


@dataclass(slots=True)
class Settings:
    """Trays by their letters; ``bezel``: R reject, N draw in again, D do nothing, after ``bezel_delay`` seconds."""

    input: str = "F"
    output: str = "I"
    error: str = "R"
    feeder: int = 1
    errors: str = "0"
    bezel: str = "R"
    bezel_delay: int = 30
    bezel_offset: int = 20
    eject: bool = True

    def ask(self, words: list[str]) -> str | None:
        """The answer to ``R…`` of a setting; None: it is none."""
        match words:
            case [name] if name[:1] == "R" and name[1:] in _TRAYS:
                field, letters = _TRAYS[name[1:]]
                letter = getattr(self, field)
                return f"{letters[letter]} ({letter})"
            case ["Rem", *_]:
                return self.errors
            case ["Rkc", "M"]:
                return str(self.feeder)
            case ["Rbc", "A"]:
                return self.bezel
            case ["Rbc", "D"]:
                return str(self.bezel_delay)
            case ["Rleb"]:
                return str(self.bezel_offset)
        return None

    def set(self, words: list[str], feeders: int) -> str | None:
        """OK or an error for ``P…`` of a setting; None: it is none."""
        match words:
            case [name, letter] if name[:1] == "P" and name[1:] in _TRAYS:
                field, letters = _TRAYS[name[1:]]
                return self._put(field, letter, letter in letters)
            case ["Pem", mode]:
                return self._put("errors", mode, mode in ("0", "2"))
            case ["Pkc", "M", number]:
                return self._put("feeder", _number(number), 1 <= _number(number) <= feeders)
            case ["Pbc", "A", what]:
                return self._put("bezel", what, what in ("R", "N", "D"))
            case ["Pbc", "D", seconds]:
                return self._put("bezel_delay", _number(seconds), _number(seconds) >= 0)
            case ["Pleb", millimetres]:
                return self._put("bezel_offset", _number(millimetres), _number(millimetres) >= 0)
            case ["Pneab", "A", on]:
                return self._put("eject", on == "1", on in ("0", "1"))
        return None

    def _put(self, field: str, value: object, fits: bool) -> str:
        if not fits:
            return REFUSED
        setattr(self, field, value)
        return "OK"

    def save(self) -> Json:
        """For the constructor."""
        return asdict(self)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else -1
