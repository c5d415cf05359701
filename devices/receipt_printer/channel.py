"""The pipe to the printer: a serial line, a TCP port, or the kernel's own USB printer file. Bytes only."""

from __future__ import annotations

import contextlib
import os
import select
import time
from typing import Protocol

import serial


class ChannelError(Exception):
    """The line is not there, or is gone. The text names no more than the address and the system's reason."""


class Channel(Protocol):
    """An open line."""

    def write(self, data: bytes) -> None:
        """All of it, or ChannelError."""
        ...

    def read(self, seconds: float) -> bytes:
        """What has come; waits at most ``seconds`` for the first byte; empty when none came."""
        ...

    def close(self) -> None:
        """Never raises."""
        ...


class SerialChannel:
    """``/dev/ttyS0`` or ``socket://host:port``, by pyserial; 8N1."""

    def __init__(self, at: str, baud: int, write_seconds: float) -> None:
        try:
            self._serial = serial.serial_for_url(at, baudrate=baud, timeout=0, write_timeout=write_seconds)
        except (serial.SerialException, OSError, ValueError) as error:
            raise ChannelError(f"{at}: {error}") from error

    def write(self, data: bytes) -> None:
        try:
            self._serial.write(data)
        except (serial.SerialException, OSError) as error:
            raise ChannelError(str(error)) from error

    def read(self, seconds: float) -> bytes:
        # Not by pyserial's own time-out: setting it configures the port anew each time, a millisecond a question.
        try:
            if not select.select((self._serial.fileno(),), (), (), seconds)[0]:
                return b""
            return bytes(self._serial.read(4096))
        except (serial.SerialException, OSError, ValueError) as error:
            raise ChannelError(str(error)) from error

    def close(self) -> None:
        with contextlib.suppress(serial.SerialException, OSError):
            self._serial.close()


class FileChannel:
    """``/dev/usb/lp0``: the kernel's usblp driver, which needs no libusb and survives a power cycle (page C4)."""

    def __init__(self, path: str, write_seconds: float) -> None:
        self._write_seconds = write_seconds
        try:
            self._file = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError as error:
            raise ChannelError(f"{path}: {error.strerror}") from error

    def write(self, data: bytes) -> None:
        left = memoryview(data)
        end = time.monotonic() + self._write_seconds
        while left:
            if not select.select((), (self._file,), (), max(0.0, end - time.monotonic()))[1]:
                raise ChannelError("the printer takes no more bytes")
            try:
                left = left[os.write(self._file, left) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise ChannelError(str(error.strerror)) from error

    def read(self, seconds: float) -> bytes:
        if not select.select((self._file,), (), (), seconds)[0]:
            return b""
        try:
            data = os.read(self._file, 4096)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise ChannelError(str(error.strerror)) from error
        if not data:
            # usblp answers 0 bytes when the printer has nothing to say; do not spin on it.
            time.sleep(min(seconds, 0.01))
        return data

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._file)


def open_channel(at: str, baud: int, write_seconds: float) -> Channel:
    """``tcp://`` is another name for ``socket://``; ``/dev/usb/lp*`` is opened as a file. Raises ChannelError."""
    if at.startswith("/dev/usb/"):
        return FileChannel(at, write_seconds)
    return SerialChannel(at.replace("tcp://", "socket://", 1), baud, write_seconds)
