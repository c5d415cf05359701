"""``kiosk device card-printer print``: all but a whole print is a failure, and says what it means for the card."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from devices import registry
from devices.card_printer.contract import (
    Ability,
    CardPosition,
    CardPrinterStatus,
    Damaged,
    NotPrinted,
    Printed,
    PrintOutcome,
    Unknown,
)
from devices.card_printer.verbs import VERBS
from devices.contract import Cancellation, DeviceState, MediaState
from devices.verbs import Told

STATUS = CardPrinterStatus(
    device=DeviceState.ONLINE,
    media=MediaState.PRESENT,
    position=CardPosition.IN_PATH,
    faults=("card_printer.too_quick",),
)


@pytest.mark.parametrize(
    ("outcome", "word", "failed", "says"),
    [
        (Printed(STATUS), "printed", False, "the card is inside"),
        (NotPrinted(STATUS), "not printed", True, "surely nothing is on the card"),
        (Damaged(STATUS), "damaged", True, "not whole"),
        (Unknown(STATUS), "unknown", True, "do not print it again"),
    ],
)
def test_only_a_whole_print_succeeds(outcome: PrintOutcome, word: str, failed: bool, says: str, tmp_path: Path) -> None:
    picture = tmp_path / "front.png"
    Image.new("RGB", (10, 10), "white").save(picture)
    printer = SimpleNamespace(abilities=frozenset({Ability.PRINT}), print=lambda faces: outcome)
    told = VERBS["print"].run(printer, Cancellation(), ("--front", str(picture)), lambda line: None)
    assert isinstance(told, Told)
    assert (told["outcome"], told["position"], told.failed) == (word, "inPath", failed)
    assert says in told.line
    assert told.line.endswith("(card_printer.too_quick)")


@pytest.mark.parametrize("build", [registry.driver, registry.simulator])
def test_an_option_that_is_not_there_is_told_with_those_that_are(build: Any) -> None:
    at = ("tcp://127.0.0.1:9",) if build is registry.driver else ()
    with pytest.raises(TypeError, match=r"no option 'hopers'; there are: .*hoppers"):
        build("card-printer", "evolis", *at, hopers=1)
