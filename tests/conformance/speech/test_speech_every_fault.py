"""Each fault of the voice, provoked on the real programs and told as a device's status."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from provocation import faults_of, provoke

from devices.contract import DeviceState, Status
from devices.speech import contract
from screens.speech import voice


def no_output(folder: Path, patch: pytest.MonkeyPatch) -> Status:
    return contract.status(voice.check("not-there"))


def no_program(folder: Path, patch: pytest.MonkeyPatch) -> Status:
    patch.setenv("PATH", str(folder))
    return contract.status(voice.check("heard"))


PROVOKED_BY: dict[str, Callable[[Path, pytest.MonkeyPatch], Status]] = {"silent": no_output, "no_program": no_program}


@pytest.fixture
def patch(tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """An ALSA that has one output, which takes everything."""
    configuration = tmp_path / "asound.conf"
    configuration.write_text("pcm.heard { type null }\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALSA_CONFIG_PATH", str(configuration))
        yield patch


@pytest.mark.parametrize("name", faults_of("speech"))
def test_provoked(tmp_path: Path, patch: pytest.MonkeyPatch, name: str) -> None:
    provoke("speech", name, PROVOKED_BY, tmp_path, patch)


@pytest.mark.usefixtures("patch")
def test_well() -> None:
    assert contract.status(voice.check("heard")) == Status(DeviceState.ONLINE)


def test_the_screens_tell_nothing_that_is_no_fault() -> None:
    with pytest.raises(KeyError):
        contract.status("broken")
