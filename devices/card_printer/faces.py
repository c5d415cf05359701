"""What is to be on a card's two faces, and what a scanner saw on them.

Pictures are upright and landscape, :data:`SIZE` pixels: 86.0 x 54.9 mm at 300 dpi, a millimetre more than the card.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops

SIZE = (1016, 648)
"""Width and height (protocol page A5: 648 x 1016 dots a panel)."""


@dataclass(frozen=True, slots=True)
class Face:
    """One side. ``colour``: mode RGB, printed with yellow, magenta and cyan; ``black``: mode 1, black where 0, printed
    with the black resin (text, bar codes); ``overlay``: a clear coat over all of it.

    ValueError when a picture has another mode or size, or when nothing is to be printed.
    """

    colour: Image.Image | None = None
    black: Image.Image | None = None
    overlay: bool = True

    def __post_init__(self) -> None:
        if self.colour is None and self.black is None:
            raise ValueError("a face without any picture; leave the face out instead")
        for name, picture, mode in (("colour", self.colour, "RGB"), ("black", self.black, "1")):
            if picture is not None and (picture.mode != mode or picture.size != SIZE):
                raise ValueError(f"{name}: must be {SIZE[0]} x {SIZE[1]} in mode {mode}")

    @classmethod
    def of(cls, picture: Image.Image, *, overlay: bool = True) -> Face:
        """From one picture. Pure black in a colour picture goes to the black resin; a picture in mode 1 is all resin.

        ValueError for another size.
        """
        if picture.mode == "1":
            return cls(black=picture, overlay=overlay)
        colour = picture.convert("RGB")
        red, green, blue = colour.split()
        lightest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
        black = lightest.point(lambda level: 255 if level else 0).convert("1", dither=Image.Dither.NONE)
        if lightest.getextrema()[0] != 0:
            return cls(colour=colour, overlay=overlay)
        without = colour.copy()
        without.paste((255, 255, 255), mask=ImageChops.invert(black.convert("L")))
        return cls(colour=without, black=black, overlay=overlay)

    @property
    def panels(self) -> str:
        """The ribbon's panels it takes, in the order in which they are printed, such as ``ymcko``."""
        colour, black, coat = self.colour is not None, self.black is not None, self.overlay
        return "ymc" * colour + "k" * black + "o" * coat


@dataclass(frozen=True, slots=True)
class Faces:
    """Both sides; None: that side is not printed. ValueError when neither is."""

    front: Face | None = None
    back: Face | None = None

    def __post_init__(self) -> None:
        if self.front is None and self.back is None:
            raise ValueError("there is nothing to print")

    @property
    def sides(self) -> int:
        """How many are printed."""
        return (self.front is not None) + (self.back is not None)


@dataclass(frozen=True, slots=True)
class ScannedFaces:
    """What a scanner saw, upright, RGB, of any size; None: that side was not scanned."""

    front: Image.Image | None = None
    back: Image.Image | None = None
