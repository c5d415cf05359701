"""The card reader over PC/SC: a slot into which the holder pushes the card. The only module that knows pyscard."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum

from smartcard import scard

from devices.card_reader.apdu import CommandApdu, ResponseApdu, terminal
from devices.card_reader.contract import Ability, CardReaderStatus, Chip
from devices.contract import Cancellation, DeviceError, DeviceState, MediaState

CONNECT_ATTEMPTS = 3
"""A card pushed in slowly, or just after its reader has been powered, fails once or twice before it answers."""
CONNECT_PAUSE_MS = 300
REMOVAL_NOTICE_MS = 1500
"""How long an unanswered command waits for news of the card's removal: pcscd looks every 400 ms."""
WATCH_SLICE_MS = 10_000
"""No single wait is longer, so that a reader whose service forgot us is noticed."""
CANCEL_AGAIN_SECONDS = 0.01
CANCEL_ATTEMPTS = 200
"""SCardCancel is lost if it comes just before the wait begins, so it is repeated until the wait has ended."""
COME_BACK_SECONDS = 1.0
"""The pace of trying again while the reader or pcscd is gone."""

_PNP = "\\\\?PnP?\\Notification"
_BOTH_PROTOCOLS = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
_NO_SERVICE = {scard.SCARD_E_NO_SERVICE, scard.SCARD_E_SERVICE_STOPPED, scard.SCARD_F_COMM_ERROR}
_NO_READER = {scard.SCARD_E_UNKNOWN_READER, scard.SCARD_E_READER_UNAVAILABLE, scard.SCARD_E_NO_READERS_AVAILABLE}
_GONE = {scard.SCARD_W_REMOVED_CARD, scard.SCARD_E_NO_SMARTCARD}
_RETRIED = {
    scard.SCARD_E_NO_SMARTCARD,
    scard.SCARD_W_UNPOWERED_CARD,
    scard.SCARD_W_UNRESPONSIVE_CARD,
    scard.SCARD_W_REMOVED_CARD,
    scard.SCARD_W_RESET_CARD,
    scard.SCARD_E_PROTO_MISMATCH,  # pcscd's word for an answer to reset that makes no sense
}


class Leave(StrEnum):
    """What becomes of the chip when it is let go of."""

    UNPOWER = "unpower"
    RESET = "reset"
    POWERED = "powered"


_DISPOSITION = {
    Leave.UNPOWER: scard.SCARD_UNPOWER_CARD,
    Leave.RESET: scard.SCARD_RESET_CARD,
    Leave.POWERED: scard.SCARD_LEAVE_CARD,
}


def _error(code: int, doing: str) -> DeviceError:
    """The fault of a PC/SC result."""
    if code in _NO_SERVICE:
        fault = "card_reader.service_down"
    elif code in _NO_READER:
        fault = "card_reader.absent"
    elif code in _GONE:
        fault = "card_reader.no_card" if doing == "SCardConnect" else "card_reader.removed"
    elif code == scard.SCARD_E_SHARING_VIOLATION:
        fault = "card_reader.busy"
    else:
        fault = "card_reader.mute"
    return DeviceError(fault, f"{doing}: {scard.SCardGetErrorMessage(code)} ({code & 0xFFFFFFFF:08X})")


def _media(state: int) -> MediaState:
    """The card's presence from a PC/SC reader state."""
    if state & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE | scard.SCARD_STATE_IGNORE):
        return MediaState.UNKNOWN
    if state & scard.SCARD_STATE_PRESENT:
        return MediaState.PRESENT
    if state & scard.SCARD_STATE_EMPTY:
        return MediaState.NOT_PRESENT
    return MediaState.UNKNOWN


@contextmanager
def _context() -> Iterator[int]:
    """A PC/SC context of one's own, released at the end."""
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    if result != scard.SCARD_S_SUCCESS:
        raise DeviceError("card_reader.service_down", f"SCardEstablishContext: {scard.SCardGetErrorMessage(result)}")
    try:
        yield context
    finally:
        scard.SCardReleaseContext(context)


@contextmanager
def _cancellable(context: int, cancellation: Cancellation) -> Iterator[None]:
    """Within the block, a cancel ends a wait on this context, or the next one."""
    ended, lock, waiter = threading.Event(), threading.Lock(), threading.current_thread()

    def interrupt() -> None:
        if threading.current_thread() is waiter:
            return  # cancelled before it began: the waiter sees that by itself
        for _ in range(CANCEL_ATTEMPTS):
            with lock:
                if ended.is_set():
                    return
                scard.SCardCancel(context)
            ended.wait(CANCEL_AGAIN_SECONDS)

    with cancellation.calling(interrupt):
        try:
            yield
        finally:
            with lock:
                ended.set()


def _reader_state(context: int, reader: str, known: int, milliseconds: int) -> int:
    """Wait until the reader's state differs from ``known``; the state now. Raises DeviceError."""
    result, states = scard.SCardGetStatusChange(context, milliseconds, [(reader, known)])
    if result not in (scard.SCARD_S_SUCCESS, scard.SCARD_E_TIMEOUT, scard.SCARD_E_CANCELLED):
        raise _error(result, "SCardGetStatusChange")
    return int(states[0][1]) if states else known


class _PcscChip:
    """A connected chip; owns its context, so that a later connection starts afresh."""

    def __init__(self, context: int, card: int, protocol: int, reader: str, leave: Leave) -> None:
        self._context = context
        self._card: int | None = card
        self._reader = reader
        self._leave = leave
        self._pci = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        self._send = terminal(self._exchange, t0=protocol == scard.SCARD_PROTOCOL_T0)
        result, _, _, _, atr = scard.SCardStatus(card)
        self._atr = bytes(atr) if result == scard.SCARD_S_SUCCESS else b""

    @property
    def atr(self) -> bytes:
        return self._atr

    def transmit(self, command: CommandApdu) -> ResponseApdu:
        return self._send(command)

    def _exchange(self, command: CommandApdu) -> ResponseApdu:
        if self._card is None:
            raise DeviceError("card_reader.removed", "the chip has been let go of")
        frame = command.encode()
        numbers = list(frame)
        try:
            result, answer = scard.SCardTransmit(self._card, self._pci, numbers)
        finally:
            # A PIN passes through here; what is ours of it is wiped at once.
            frame[:] = bytes(len(frame))
            numbers[:] = [0] * len(numbers)
        if result == scard.SCARD_S_SUCCESS and len(answer) >= 2:
            return ResponseApdu.decode(bytes(answer))
        if result in _NO_SERVICE or result in _NO_READER:
            raise _error(result, "SCardTransmit")
        if self._removed():
            raise DeviceError("card_reader.removed", f"no answer to instruction {command.ins:02X}")
        if result != scard.SCARD_S_SUCCESS:
            raise _error(result, "SCardTransmit")
        if answer:
            raise DeviceError("card_reader.garbled", f"{len(answer)} byte in answer to instruction {command.ins:02X}")
        raise DeviceError("card_reader.mute", f"no answer to instruction {command.ins:02X}")

    def _removed(self) -> bool:
        """Whether the card has left, learned from the reader within REMOVAL_NOTICE_MS."""
        deadline = time.monotonic() + REMOVAL_NOTICE_MS / 1000
        state = _reader_state(self._context, self._reader, scard.SCARD_STATE_UNAWARE, 0)
        while _media(state) is MediaState.PRESENT and (left := deadline - time.monotonic()) > 0:
            state = _reader_state(self._context, self._reader, state, int(left * 1000) + 1)
        return _media(state) is not MediaState.PRESENT

    def close(self) -> None:
        if self._card is None:
            return
        scard.SCardDisconnect(self._card, _DISPOSITION[self._leave])
        scard.SCardReleaseContext(self._context)
        self._card = None


class PcscCardReader:
    """A PC/SC reader at ``pcsc:Reader name``, the name as PC/SC lists it, or an unambiguous part of it.

    ``leave``: what becomes of the chip when let go of (``unpower``, ``reset``, ``powered``).
    """

    abilities: frozenset[Ability] = frozenset()

    def __init__(self, at: str, *, leave: str = Leave.UNPOWER) -> None:
        scheme, _, name = at.partition(":")
        if scheme != "pcsc" or not name:
            raise ValueError(f"not the address of a PC/SC reader: {at!r} (pcsc:Reader name)")
        self._wanted = name
        self._leave = Leave(leave)
        self._chip: _PcscChip | None = None

    def open(self) -> None:
        """Look for the reader. Raises DeviceError: ``card_reader.absent`` or ``.service_down``."""
        self.close()
        with _context() as context:
            self._find(context)

    def close(self) -> None:
        if self._chip is not None:
            self._chip.close()
            self._chip = None

    def status(self) -> CardReaderStatus:
        try:
            with _context() as context:
                media = _media(_reader_state(context, self._find(context), scard.SCARD_STATE_UNAWARE, 0))
        except DeviceError as error:
            state = DeviceState.NO_DEVICE if error.code == "card_reader.absent" else DeviceState.OFFLINE
            return CardReaderStatus(state, error.code, MediaState.UNKNOWN)
        return CardReaderStatus(DeviceState.ONLINE, None, media)

    def watch(self, cancellation: Cancellation, on_media: Callable[[MediaState], None]) -> None:
        last: MediaState | None = None

        def tell(media: MediaState) -> None:
            nonlocal last
            if media is not last:
                last = media
                on_media(media)

        while not cancellation.cancelled:
            with suppress(DeviceError):  # told as UNKNOWN below
                self._watch_present_reader(cancellation, tell)
            if not cancellation.cancelled:
                tell(MediaState.UNKNOWN)
                cancellation.wait(COME_BACK_SECONDS)

    def _watch_present_reader(self, cancellation: Cancellation, tell: Callable[[MediaState], None]) -> None:
        """Watch until cancelled, or DeviceError when the reader or its service goes."""
        with _context() as context, _cancellable(context, cancellation):
            reader = self._find(context)
            state = _reader_state(context, reader, scard.SCARD_STATE_UNAWARE, 0)
            while (media := _media(state)) is not MediaState.UNKNOWN:
                # The upper half counts insertions: a card swapped between two looks is a removal and an insertion.
                tell(media)
                if cancellation.cancelled:
                    return
                before, state = state, _reader_state(context, reader, state, WATCH_SLICE_MS)
                if _media(state) is media is MediaState.PRESENT and state >> 16 != before >> 16:
                    tell(MediaState.NOT_PRESENT)

    def connect(self) -> Chip:
        self.close()
        result = scard.SCARD_S_SUCCESS
        for attempt in range(CONNECT_ATTEMPTS):
            established, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
            if established != scard.SCARD_S_SUCCESS:
                raise DeviceError("card_reader.service_down", scard.SCardGetErrorMessage(established))
            try:
                reader = self._find(context)
                result, card, protocol = scard.SCardConnect(
                    context, reader, scard.SCARD_SHARE_EXCLUSIVE, _BOTH_PROTOCOLS
                )
                if result == scard.SCARD_S_SUCCESS:
                    self._chip = _PcscChip(context, card, protocol, reader, self._leave)
                    return self._chip
                if result not in _RETRIED:
                    raise _error(result, "SCardConnect")
                if attempt + 1 < CONNECT_ATTEMPTS:
                    now = _reader_state(context, reader, scard.SCARD_STATE_UNAWARE, 0)
                    _reader_state(context, reader, now, CONNECT_PAUSE_MS)
            finally:
                if self._chip is None:
                    scard.SCardReleaseContext(context)
        raise _error(result, "SCardConnect")

    def release(self) -> None:
        """Power the chip down; the holder pulls the card."""
        self.close()

    def _find(self, context: int) -> str:
        """The full name of our reader. Raises DeviceError ``card_reader.absent``."""
        _, readers = scard.SCardListReaders(context, [])
        if self._wanted in readers:
            return self._wanted
        matching = [name for name in readers if self._wanted in name]
        if len(matching) == 1:
            return str(matching[0])
        there = "; ".join(readers) or "none"
        problem = "more than one reader is named" if matching else "no reader is named"
        raise DeviceError("card_reader.absent", f"{problem} {self._wanted!r}; there are: {there}")
