"""A print job as the printer takes it: tags and commands around raster panels (protocol page A5). Pure."""

from __future__ import annotations

from PIL import Image, ImageChops

from devices.card_printer.evolis.wire import CR, END, ESC, command
from devices.card_printer.faces import SIZE, Face, Faces

LINES, DOTS = SIZE
"""A panel goes out as 1016 lines of 648 dots: line by line across the card, from its left edge to its right."""
COLOUR_BYTES = LINES * DOTS
RESIN_BYTES = LINES * DOTS // 8

_HEADER = ("Ppmode;0", "Pr;0;t", "Pwres;300;300;0", "Psk;10", "Piqla;a;d", "Pmc;h", "Peoic;k;D")
_ADJUSTMENTS = ("Pc;a;=;10", "Pl;a;=;10", "Pc;k;=;10", "Pc;o;=;10", "Pc;l;=;10", "Pc;f;=;10", "Pl;f;=;10")


def panel(face: Face, letter: str) -> bytes:
    """The raster of one panel: ``y``, ``m``, ``c`` a byte a dot, 255 = full colour; ``k``, ``o`` a bit a dot, the most
    significant first, 1 = printed. KeyError for another letter, ValueError for one that the face has not."""
    if letter == "o":
        return b"\xff" * RESIN_BYTES
    if letter == "k":
        if face.black is None:
            raise ValueError("this face has no black")
        return _turned(face.black.convert("L").point(lambda level: 0 if level else 255).convert("1")).tobytes()
    if face.colour is None:
        raise ValueError("this face has no colour")
    channel = {"c": 0, "m": 1, "y": 2}[letter]
    return _turned(ImageChops.invert(face.colour.getchannel(channel))).tobytes()


def _turned(picture: Image.Image) -> Image.Image:
    """The picture's left edge becomes the first line, its upper edge the end of each line."""
    return picture.transpose(Image.Transpose.ROTATE_270)


def _commands(*texts: str) -> bytes:
    return b"".join(command(text) for text in texts)


def _download(face: Face, letter: str) -> bytes:
    levels = 2 if letter in "ko" else 256
    return ESC + f"Db;{letter};{levels};".encode() + panel(face, letter) + CR


def _binary(downloads: bytes) -> bytes:
    return f"<BINARY Size={len(downloads)}>".encode() + downloads + b"</BINARY>"


def _face(face: Face, start: str) -> bytes:
    colour = b"".join(_download(face, letter) for letter in face.panels if letter in "ymc")
    rasters = [colour] * bool(colour) + [_download(face, letter) for letter in face.panels if letter in "ko"]
    return (
        _commands("Psync;9;1")
        + b"<FACE>"
        + _commands("Psync;9;0", start, *_ADJUSTMENTS)
        + b"".join(_binary(raster) for raster in rasters)
        + _commands("Psync;10;1")
        + b"</FACE>"
        + _commands("Psync;10;0")
    )


def first_part(faces: Faces, seconds_since_epoch: int) -> bytes:
    """The job itself, from the claim to the end of the document. The card stays inside (``Pneab``)."""
    duplex = int(faces.sides == 2)
    sides = b"".join(
        _face(face, start) for face, start in ((faces.front, "Sr"), (faces.back, "Sv")) if face is not None
    )
    return (
        _commands("Psync;1;0")
        + b"<HEADER>"
        + _commands("Psmgr;1", f"Ppws;{seconds_since_epoch}", "Pcla;1", *_HEADER, "Psync;2")
        + b"</HEADER>"
        + _commands("Psync;12;1")
        + b"<OPTION Dpi=300x300>"
        + _commands("Psync;13;0")
        + b"</OPTION>"
        + _commands("Psync;3;1")
        + f"<DOC Duplex={duplex}>".encode()
        + _commands("Psync;3;0", "Psync;5;1")
        + b"<CARD>"
        + _commands("Psync;5;0", "Ss", "Mr;s")
        + sides
        + _commands("Pneab;A;0", "Se", "Pneab;A;1", "Psync;6;1")
        + b"</CARD>"
        + _commands("Psync;6;0", "Psync;4;1")
        + b"</DOC>"
        + _commands("Psync;4;0")
        + END
    )


def second_part() -> bytes:
    """Lets go of the claim."""
    return _commands("Pcla;0", "Psync;11;1") + b"<END>" + _commands("Psync;11;0") + END
