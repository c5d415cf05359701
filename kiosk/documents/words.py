"""The words of the paper. Keys that begin with ``receipt.`` are the paper's own, from ``documents/locale``; all others
(the names of the insurances, states, refusals) are the screens'."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from kiosk.clock import KIOSK_ZONE
from screens.locale import formats
from screens.locale.catalogue import Catalogue
from statemachines.views import Say

HERE = Path(__file__).parent / "locale"
OWN = "receipt."


@cache
def _catalogues() -> tuple[Catalogue, Catalogue]:
    return Catalogue.load(HERE, faults=None), Catalogue.load()


class PaperWords:
    """Words in one language, ``zh`` or ``en``. Raises the catalogue's WordsError for a key or a place that is wrong."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._own, self._shared = _catalogues()

    def __call__(self, key: str, **args: str | int) -> str:
        """The words of ``key``."""
        catalogue = self._own if key.startswith(OWN) else self._shared
        return catalogue.say(self.language, key, **args)

    def write(self, said: Say) -> str:
        """A sentence of a view on paper, with its values."""
        catalogue = self._own if said.key.startswith(OWN) else self._shared
        return formats.Words(catalogue, self.language).write(said)

    def moment(self, when: datetime) -> str:
        """Date and time to the minute, in the kiosk's time zone: ``2026年11月22日 10:05``. Without a zone: as it is."""
        local = when.astimezone(KIOSK_ZONE) if when.tzinfo is not None else when
        return f"{formats.day(self.language, local.date())} {local:%H:%M}"

    def months(self, numbers: tuple[int, ...]) -> str:
        """Months of a year in a row, runs joined: ``3月至5月、9月`` / ``March to May, September``."""
        runs: list[list[int]] = []
        for number in sorted(numbers):
            if runs and number == runs[-1][-1] + 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        parts = []
        for run in runs:
            first, last = (formats.month_name(self.language, number) for number in (run[0], run[-1]))
            if len(run) > 2:
                parts.append(self("receipt.from_to", first=first, last=last))
            else:
                parts += [formats.month_name(self.language, number) for number in run]
        return self("receipt.list_joint").join(parts)
