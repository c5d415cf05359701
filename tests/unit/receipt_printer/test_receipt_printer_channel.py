"""The kernel's printer file, tried on a pseudo-terminal."""

from __future__ import annotations

import os
import tty
from collections.abc import Iterator

import pytest

from devices.receipt_printer.channel import ChannelError, FileChannel, SerialChannel, open_channel


@pytest.fixture
def ends() -> Iterator[tuple[int, str]]:
    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    os.close(slave)
    os.close(master)


@pytest.mark.parametrize("kind", [FileChannel, SerialChannel])
def test_bytes_both_ways(ends: tuple[int, str], kind: type) -> None:
    master, path = ends
    channel = FileChannel(path, 1.0) if kind is FileChannel else SerialChannel(path, 115200, 1.0)
    channel.write(b"\x10\x04\x01")
    assert os.read(master, 10) == b"\x10\x04\x01"
    assert channel.read(0.01) == b""
    os.write(master, b"\x12\x12")
    assert channel.read(1.0) == b"\x12\x12"
    channel.close()
    channel.close()


def test_a_file_that_takes_no_more_is_an_error_and_not_for_ever(ends: tuple[int, str]) -> None:
    channel = FileChannel(ends[1], 0.05)
    with pytest.raises(ChannelError, match="takes no more"):
        channel.write(bytes(200_000))
    channel.close()


@pytest.mark.parametrize("at", ["/dev/usb/lp-none", "/dev/tty-none", "tcp://127.0.0.1:1", "socket://127.0.0.1:1"])
def test_what_is_not_there(at: str) -> None:
    with pytest.raises(ChannelError):
        open_channel(at, 115200, 1.0)
