"""Faces become panels, and panels a job: sizes, orientation and order as the maker's client sends them (page A5)."""

from __future__ import annotations

import re

import pytest
from card_printer_virtual_line import BACK, BOTH, FRONT
from PIL import Image

from devices.card_printer.evolis.job import COLOUR_BYTES, RESIN_BYTES, first_part, panel, second_part
from devices.card_printer.faces import SIZE, Face, Faces
from devices.card_printer.simulator.print_job import quiet
from devices.card_printer.simulator.requests import Panel, RequestEnd, RequestReader, Text


def white() -> Image.Image:
    return Image.new("RGB", SIZE, (255, 255, 255))


def test_sizes_are_those_of_the_page() -> None:
    assert (COLOUR_BYTES, RESIN_BYTES) == (658_368, 82_296)
    assert [len(panel(FRONT, letter)) for letter in "ymcko"] == [658_368] * 3 + [82_296] * 2


def test_a_dot_goes_where_the_makers_client_puts_it() -> None:
    """Seen of libevolis: picture (x, y) is dot 647 - y of line x; red takes yellow and magenta and no cyan."""
    picture = white()
    picture.putpixel((3, 5), (255, 0, 0))
    face = Face(colour=picture)
    at = 3 * 648 + 647 - 5
    for letter, expected in (("y", 255), ("m", 255), ("c", 0)):
        raster = panel(face, letter)
        assert raster[at] == expected
        assert sum(raster) == expected


def test_black_is_a_bit_a_dot_most_significant_first() -> None:
    black = Image.new("1", SIZE, 1)
    black.putpixel((500, 0), 0)
    raster = panel(Face(black=black), "k")
    assert raster[500 * 81 + 80] == 0x01
    assert sum(raster) == 1
    black.putpixel((500, 647), 0)
    assert panel(Face(black=black), "k")[500 * 81] == 0x80


def test_the_coat_covers_everything() -> None:
    assert panel(FRONT, "o") == b"\xff" * 82_296


def test_the_colours_of_the_page_s_capture() -> None:
    """The maker's client turned (200, 30, 30) into 55, 225, 225 for c, m, y."""
    face = Face(colour=Image.new("RGB", SIZE, (200, 30, 30)))
    assert {letter: panel(face, letter)[0] for letter in "cmy"} == {"c": 55, "m": 225, "y": 225}


def test_pure_black_goes_to_the_resin_only() -> None:
    picture = white()
    picture.putpixel((10, 10), (0, 0, 0))
    picture.putpixel((11, 10), (1, 0, 0))
    face = Face.of(picture)
    assert face.panels == "ymcko"
    assert face.black is not None
    assert face.colour is not None
    assert (face.black.getpixel((10, 10)), face.black.getpixel((11, 10))) == (0, 255)
    assert (face.colour.getpixel((10, 10)), face.colour.getpixel((11, 10))) == ((255, 255, 255), (1, 0, 0))
    assert Face.of(white()).panels == "ymco"
    assert Face.of(Image.new("1", SIZE, 1), overlay=False).panels == "k"


def test_what_is_no_face() -> None:
    for wrong in (Image.new("RGB", (648, 1016)), Image.new("L", SIZE)):
        with pytest.raises(ValueError, match="1016 x 648"):
            Face(colour=wrong)
    with pytest.raises(ValueError, match="without any picture"):
        Face()
    with pytest.raises(ValueError, match="nothing to print"):
        Faces()


SIMPLEX = (
    "ESC Psync;1;0|<HEADER>ESC Psmgr;1|ESC Ppws;1795316424|ESC Pcla;1|ESC Ppmode;0|ESC Pr;0;t|ESC Pwres;300;300;0|"
    "ESC Psk;10|ESC Piqla;a;d|ESC Pmc;h|ESC Peoic;k;D|ESC Psync;2|</HEADER>ESC Psync;12;1|<OPTION Dpi=300x300>"
    "ESC Psync;13;0|</OPTION>ESC Psync;3;1|<DOC Duplex=0>ESC Psync;3;0|ESC Psync;5;1|<CARD>ESC Psync;5;0|ESC Ss|"
    "ESC Mr;s|ESC Psync;9;1|<FACE>ESC Psync;9;0|ESC Sr|ESC Pc;a;=;10|ESC Pl;a;=;10|ESC Pc;k;=;10|ESC Pc;o;=;10|"
    "ESC Pc;l;=;10|ESC Pc;f;=;10|ESC Pl;f;=;10|<BINARY Size=1975137>ESC Db;y;256;#|ESC Db;m;256;#|ESC Db;c;256;#|"
    "</BINARY><BINARY Size=82305>ESC Db;k;2;#|</BINARY><BINARY Size=82305>ESC Db;o;2;#|</BINARY>"
    "ESC Psync;10;1|</FACE>ESC Psync;10;0|"
    "ESC Pneab;A;0|ESC Se|ESC Pneab;A;1|ESC Psync;6;1|</CARD>ESC Psync;6;0|ESC Psync;4;1|</DOC>ESC Psync;4;0|0"
)
"""What the maker's client sends for one side that stays inside; # for a raster, | for CR. ``Pida`` is left out: a hint
of mean colours that no document explains."""


def shape(job: bytes) -> str:
    for levels, size in ((b"256", COLOUR_BYTES), (b"2", RESIN_BYTES)):
        job = re.sub(rb"(Db;[a-z];" + levels + rb";)(?s:.{%d})\r" % size, rb"\1#\r", job)
    return job.replace(b"\r", b"|").replace(b"\x1b", b"ESC ").replace(b"\0", b"0").decode("ascii")


def test_a_job_is_what_the_makers_client_sends() -> None:
    job = first_part(Faces(front=FRONT), 1795316424)
    assert shape(job) == SIMPLEX
    captured = 2_140_321  # with Pida, and without Pneab
    assert len(job) == captured - len(b"\x1bPida;100;1;1;0\r") + len(b"\x1bPneab;A;0\r\x1bPneab;A;1\r")


def test_the_second_part() -> None:
    assert second_part() == b"\x1bPcla;0\r\x1bPsync;11;1\r<END>\x1bPsync;11;0\r\0"


def test_both_sides() -> None:
    text = shape(first_part(BOTH, 1))
    assert "<DOC Duplex=1>" in text
    assert text.count("<FACE>") == 2
    assert text.index("ESC Sr|") < text.index("ESC Sv|") < text.index("ESC Se|")


def test_the_back_alone_is_the_back() -> None:
    text = shape(first_part(Faces(back=BACK), 1))
    assert ("ESC Sv|" in text, "ESC Sr|" in text, "Duplex=0" in text) == (True, False, True)


def test_the_simulator_reads_all_of_it_in_pieces() -> None:
    job = first_part(Faces(front=FRONT), 1)
    reader = RequestReader()
    heard = []
    for at in range(0, len(job), 70_001):
        reader.feed(job[at : at + 70_001])
        while (one := reader.next()) is not None:
            heard.append(one)
    panels = {one.letter: one.data for one in heard if isinstance(one, Panel)}
    assert panels == {letter: panel(FRONT, letter) for letter in "ymcko"}
    texts = [one.text for one in heard if isinstance(one, Text)]
    assert [t for t in texts if not quiet(t.partition(";")[0])] == [
        "Pcla;1",
        "Ss",
        "Sr",
        "Pneab;A;0",
        "Se",
        "Pneab;A;1",
    ]
    assert isinstance(heard[-1], RequestEnd)
    assert (reader.dropped, len(reader)) == (0, 0)
