"""Bytes over a pyserial port without its copies and without its sleeps."""

from __future__ import annotations

import os
import select
import socket
import termios

import serial

LOST = (OSError, termios.error)
"""What a port that has gone raises; serial.SerialException is an OSError."""


def open_port(at: str, baud: int) -> serial.SerialBase:
    """Open ``/dev/ttyUSB0`` for us alone, or ``socket://host:port``, which ``tcp://host:port`` means too. Raises one of
    :data:`LOST`, or ValueError for an address of no kind that pyserial knows."""
    if at.startswith("tcp://"):
        at = at.replace("tcp://", "socket://", 1)
    exclusive = None if "://" in at else True
    port = serial.serial_for_url(at, baudrate=baud, timeout=0, write_timeout=1.0, exclusive=exclusive)
    if at.startswith("socket://"):
        # Single control bytes go out one after the other: TCP would hold each back for 40 ms.
        with socket.socket(fileno=os.dup(port.fileno())) as twin:
            twin.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return port


def read_some(port: serial.SerialBase, seconds: float) -> bytes:
    """What has come, as soon as something has; empty after that many seconds."""
    ready, _, _ = select.select([port.fileno()], [], [], seconds)
    return bytes(port.read(4096)) if ready else b""


def write_all(port: serial.SerialBase, data: bytes | bytearray) -> None:
    """All of it, past pyserial: that would copy a buffer which its owner is about to zero."""
    with memoryview(data) as view:
        sent = 0
        while sent < len(view):
            _, ready, _ = select.select([], [port.fileno()], [], 1.0)
            if not ready:
                raise OSError("the line takes no more bytes")
            with view[sent:] as rest:
                sent += os.write(port.fileno(), rest)
