"""Motions: sent once, and what came of them told apart (protocol page A5)."""

from __future__ import annotations

from devices.card_printer.evolis.faults import BLOCKING, jam, standing
from devices.card_printer.evolis.flags import Alert, Error, Flags
from devices.card_printer.evolis.session import Conversation
from devices.card_printer.evolis.transport import LinkError
from devices.card_printer.evolis.wire import Reply, WireError, request, tray_letter
from devices.contract import DeviceError

MOTION_SECONDS = 30.0
"""After which a motion counts as unanswered."""
HOST_HANDLES_ERRORS = "2"


class Refused(DeviceError):
    """The printer answered that nothing was inserted: no card left where it was."""


class Motion:
    """Within a session that is held by the caller."""

    def __init__(self, conversation: Conversation, seconds: float = MOTION_SECONDS) -> None:
        self._conversation = conversation
        self._seconds = seconds

    def make(self, text: str) -> Flags:
        """One motion, such as ``Sis``; the flags after it.

        Raises Refused (``hopper_empty``, ``feed_failed``), or DeviceError: a jam, another known fault,
        ``card_printer.unexpected_answer``, ``card_printer.motion_unknown``; ``absent`` or ``no_answer`` when it surely
        has not begun.
        """
        before = self._conversation.ask("Rem;1").text
        if before != HOST_HANDLES_ERRORS:
            self._conversation.set(f"Pem;{HOST_HANDLES_ERRORS}")
        reply = self._sent(text)
        if before != HOST_HANDLES_ERRORS:
            self._conversation.set("Pem;0")
        if reply.flags is None:
            raise DeviceError("card_printer.status_disabled")
        if reply.text == "OK":
            return reply.flags
        raise self._why(text, reply, reply.flags)

    def _sent(self, text: str) -> Reply:
        try:
            return self._conversation.send_once(request(text), self._seconds)
        except LinkError as error:
            if error.sent == 0:
                raise DeviceError("card_printer.absent", str(error)) from error
            raise DeviceError("card_printer.motion_unknown", f"{text}: {error}") from error
        except WireError as error:
            raise DeviceError("card_printer.motion_unknown", f"{text}: {error}") from error

    def _why(self, text: str, reply: Reply, flags: Flags) -> DeviceError:
        detail = f"{text}: {reply.text}"
        if reply.text in ("ERROR FEEDER", "ERROR CARD"):
            if flags.stands(Error.FEEDER_ERROR) or not flags.stands(Alert.FEEDER_EMPTY):
                return Refused("card_printer.feed_failed", detail)
            return Refused("card_printer.hopper_empty", detail)
        if reply.text in ("ERROR MECA", "ERROR MECHANICAL", "ERROR TIME OUT"):
            return DeviceError(jam(flags), detail)
        for code in standing(BLOCKING, flags):
            return DeviceError(jam(flags) if code == "card_printer.jammed" else code, detail)
        return DeviceError("card_printer.unexpected_answer", detail)

    def tray(self, question: str, letter: str) -> None:
        """Set a tray (``Rcim``, ``Rcem``, ``Rcrm``) where it is not set so yet."""
        try:
            now = tray_letter(self._conversation.ask(question).text)
        except WireError as error:
            raise DeviceError("card_printer.unexpected_answer", f"{question}: {error}") from error
        if now != letter:
            self._conversation.set(f"P{question[1:]};{letter}")
