"""Settings of what is said aloud."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class SpeechSettings(BaseModel):
    """What is on the screen, said aloud, for those who cannot read it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    output: Literal["", "headset", "loudspeaker"] = Field(
        "",
        description='What is heard where. "headset": a socket or handset that only its wearer hears: everything is'
        ' said, from the welcome on. "loudspeaker": the hall hears it: it speaks when asked to, and what is personal'
        " is only on the screen. Empty: no sound output is fitted, and speech is not offered.",
    )
    device: str = Field(
        "default",
        pattern=r"^\S+$",
        description="The sound output, as ALSA names it; `aplay -L` lists what there is.",
        examples=["plughw:CARD=Device"],
    )
