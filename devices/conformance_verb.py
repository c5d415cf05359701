"""``kiosk device <class> check``: the class's checks with an engineer at the device and at the keyboard."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, TextIO

from devices.conformance import Check, NotApplicable, Outcome, Result, Suite, Trial, run
from devices.contract import Cancellation
from devices.verbs import Told, Verb

Tell = Callable[[str], None]

ALONE = "alone"
LIST = "list"


class Engineer:
    """Is told what to do, and answers questions with y or n. ``keyboard`` must have a file descriptor."""

    def __init__(self, tell: Tell, cancellation: Cancellation, keyboard: TextIO) -> None:
        self._tell = tell
        self._cancellation = cancellation
        self._keyboard = keyboard

    def do(self, step: StrEnum) -> None:
        """Told at once; the check waits for it to be seen."""
        self._tell(f"    > {step}")

    def says(self, question: StrEnum) -> bool:
        """Asked until the answer is y or n. Raises NotApplicable at the end of the input, OperationCancelled."""
        while True:
            self._tell(f"    ? {question} [y/n]")
            answer = self._line().strip().lower()
            if answer in ("y", "yes", "n", "no"):
                return answer.startswith("y")

    def _line(self) -> str:
        # Not readline: it would not hear Ctrl-C in the device's thread.
        heard = b""
        while not heard.endswith(b"\n"):
            self._cancellation.check()
            if not select.select([self._keyboard], [], [], 0.1)[0]:
                continue
            piece = os.read(self._keyboard.fileno(), 1)
            if not piece:
                raise NotApplicable("nobody was at the keyboard to answer")
            heard += piece
        return heard.decode("utf-8", "replace")


class Nobody:
    """There is no person: what needs one does not apply."""

    def do(self, step: StrEnum) -> None:
        """Raises NotApplicable."""
        raise NotApplicable(f"needs a person: {step}")

    def says(self, question: StrEnum) -> bool:
        """Raises NotApplicable."""
        raise NotApplicable(f"needs a person: {question}")


def _listed(suite: Suite[Any]) -> Told:
    lines = []
    for check in suite.checks:
        lines.append(f"{check.name}: {check.what}")
        lines += [f"    by hand: {step}" for step in check.hands]
    fields = [{"name": one.name, "what": one.what, "hands": list(map(str, one.hands))} for one in suite.checks]
    return Told("\n".join(lines), {"checks": fields})


def _one(suite: Suite[Any], check: Check[Any], trial: Trial[Any], tell: Tell) -> Outcome:
    if isinstance(trial.person, Nobody) and check.hands:
        outcome = Outcome(check.name, Result.NOT_APPLICABLE, f"needs a person: {check.hands[0]}")
    else:
        tell(f"{check.name}: {check.what}")
        outcome = run(suite, check, trial)
    tell(f"{check.name}: {outcome.result}{f' ({outcome.reason})' if outcome.reason else ''}")
    return outcome


def verb(suite: Suite[Any]) -> Verb:
    """The verb ``check`` of a class: words ``list``, or ``alone`` and names of checks."""

    def check(device: Any, cancellation: Cancellation, words: Sequence[str], tell: Tell) -> Told:
        if list(words) == [LIST]:
            return _listed(suite)
        alone = ALONE in words
        chosen = suite.named([word for word in words if word != ALONE])
        person = Nobody() if alone else Engineer(tell, cancellation, sys.stdin)
        trial = Trial(device, person, cancellation)
        outcomes = []
        try:
            for one in chosen:
                cancellation.check()
                outcomes.append(_one(suite, one, trial, tell))
        finally:
            device.close()
        count = {result: sum(one.result is result for one in outcomes) for result in Result}
        fields: dict[str, object] = {result.replace(" ", "_"): number for result, number in count.items()}
        fields["checks"] = [
            {"name": one.name, "result": one.result.value, "reason": one.reason, "seconds": round(one.seconds, 2)}
            for one in outcomes
        ]
        line = (
            f"{count[Result.PASS]} passed, {count[Result.FAIL]} failed, {count[Result.NOT_APPLICABLE]} not applicable"
        )
        return Told(line, fields, failed=count[Result.FAIL] > 0)

    return Verb(
        "Check that the driver and its device do all that their class promises; says what to do by hand.",
        check,
        f"[{LIST} | {ALONE}] [NAME ...]",
        opens=False,
    )
