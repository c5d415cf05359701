"""The voice of a whole kiosk: what the screens tell of it is what the kiosk says it can do."""

from __future__ import annotations

import pytest
from issuing_steps import tools_of
from kiosk_rig import Kiosk
from test_telemetry_of_a_day import told

from devices.fault_catalogue import Capability
from statemachines.views import Attract, Speech

pytestmark = [pytest.mark.pcsc]


async def test_speech_is_lost_told_and_back(standing: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_SPEECH__OUTPUT", "headset")
    kiosk = standing
    kiosk.in_fleet = True
    await kiosk.start()
    await kiosk.comes_into_service()

    def can_speak() -> bool:
        return Capability.SPEAK in tools_of(kiosk).health.works

    assert not can_speak(), "nobody has told"
    for fault in ("", "silent", ""):
        kiosk.screens.tell(Speech(fault))
        await kiosk.comes_to_pass(lambda fault=fault: can_speak() is not bool(fault), seconds=5)
        assert isinstance(kiosk.screens.last.page, Attract), "the rest goes on"
    await kiosk.screens.close()
    await kiosk.comes_to_pass(lambda: not can_speak(), seconds=5)
    lost = [body.get("lost", {}).get("speak") for body in told(kiosk) if body["type"] == "capabilities"]
    assert [why for at, why in enumerate(lost) if at == 0 or why != lost[at - 1]] == [
        "speech",
        None,
        "speech.silent",
        None,
        "speech",
    ]
