"""Every paper, in both languages, through the encoder onto the simulated printer's paper, as pictures to look at."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from documents_samples import papers

from devices.receipt_printer.encoder import Encoder
from devices.receipt_printer.raster import length_millimetres
from devices.receipt_printer.simulator import EscposSimulator

GALLERY = Path(__file__).parents[3] / "out" / "gallery" / "receipts"


class SilentPort:
    def send(self, data: bytes) -> None:
        raise AssertionError("nothing was asked")

    def after(self, seconds: float, action: object) -> None:
        raise AssertionError("the mechanism takes no time here")


@pytest.mark.parametrize("columns", [48, 32])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_paper_comes_out_whole_and_is_in_the_gallery(language: str, columns: int) -> None:
    simulator = EscposSimulator(columns=columns, millimetres_per_second=0)
    simulator.attached(SilentPort())  # type: ignore[arg-type]
    encoder = Encoder(columns=columns)
    GALLERY.mkdir(parents=True, exist_ok=True)
    for name, sheets in papers(language, columns).items():
        for number, sheet in enumerate(sheets, 1):
            encoded = encoder.encode(sheet)
            simulator.received(encoded.prologue + b"".join(segment.data for segment in encoded.segments))
            (piece,) = simulator.tear_off()["pieces"]
            assert piece["cut"]
            assert abs(piece["millimetres"] - length_millimetres(sheet)) <= 1
            assert "�" not in "".join(piece["lines"])
            part = f"-{number}" if len(sheets) > 1 else ""
            (GALLERY / f"{name}{part}-{language}-{columns}.png").write_bytes(base64.b64decode(piece["png"]))
