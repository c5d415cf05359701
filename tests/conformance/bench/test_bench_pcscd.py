"""A pcscd of one's own: several side by side, dying, coming back, and honest about what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from devices.bench import pcscd
from devices.bench.pcscd import PcscService, PcscServiceError

pytestmark = pytest.mark.pcsc

LIST = "from smartcard import scard as s; print(s.SCardListReaders(s.SCardEstablishContext(2)[1], [])[1][::2])"


def listed(service: PcscService) -> str:
    """The readers that a fresh program sees through the service's environment."""
    environment = {**os.environ, **service.environment}
    return subprocess.run([sys.executable, "-c", LIST], env=environment, capture_output=True, text=True).stdout.strip()


def test_two_services_side_by_side_each_with_its_readers() -> None:
    with PcscService(("One", "Two")) as first, PcscService(("Three",)) as second:
        assert first.environment != second.environment
        assert listed(first) == "['One 00 00', 'Two 00 00']"
        assert listed(second) == "['Three 00 00']"
        assert len({reader.address for reader in (*first.readers, *second.readers)}) == 3


def test_nothing_is_left_behind() -> None:
    service = PcscService()
    service.start()
    folder = service.socket_path.parent
    assert (folder / "pcscd.comm").is_socket()
    assert service.running
    service.stop()
    assert not folder.exists()
    assert not service.running
    service.stop()


def test_a_given_folder_stays_and_a_killed_service_comes_back_at_its_address(tmp_path: Path) -> None:
    with PcscService(folder=tmp_path / "s") as service:
        readers, environment = service.readers, service.environment
        service.kill()
        assert not service.running
        service.restart()
        assert (service.readers, service.environment) == (readers, environment)
        assert listed(service) == "['Virtual card reader 00 00']"
    assert (tmp_path / "s").is_dir()
    assert not (tmp_path / "s" / "pcscd.comm").exists()


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pcscd, "VPCD_LIBRARY", tmp_path / "absent.so")
    with pytest.raises(PcscServiceError, match="apt-get install pcscd vsmartcard-vpcd"):
        PcscService().start()


def test_a_service_that_was_not_started_has_no_address() -> None:
    with pytest.raises(PcscServiceError, match="has not been started"):
        _ = PcscService().environment
