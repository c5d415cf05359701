"""Ports that a simulated device comes back on are nobody else's meanwhile."""

from __future__ import annotations

import socket

import pytest

from devices.bench import ports


def test_ports_are_adjacent_free_and_not_of_those_for_outgoing_connections() -> None:
    outgoing = int(ports.OUTGOING.read_text(encoding="ascii").split()[0])
    for _ in range(20):
        first = ports.free_ports(4)
        assert first >= ports.LOWEST
        assert first + 3 < outgoing
        held = [socket.socket() for _ in range(4)]
        for port, each in enumerate(held, first):
            each.bind(("127.0.0.1", port))
        for each in held:
            each.close()


def test_a_port_in_use_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ports.free_ports(4)
    with socket.socket() as held:
        held.bind(("127.0.0.1", first + 1))
        offered = iter((first, first + 1, first + 2))
        monkeypatch.setattr(ports.random, "randint", lambda low, high: next(offered))
        assert ports.free_ports(2) == first + 2


def test_nothing_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as held:
        taken = ports.free_ports()
        held.bind(("127.0.0.1", taken))
        monkeypatch.setattr(ports.random, "randint", lambda low, high: taken)
        with pytest.raises(OSError, match="no 1 adjacent free ports"):
            ports.free_ports()
