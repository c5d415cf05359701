"""Settings of the fleet that a kiosk may belong to."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class FleetSettings(BaseModel):
    """The fleet that watches over this machine. Without this section, nobody far away is told anything.

    `kiosk fleet enrol` makes this machine a member.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    office_url: str = Field(
        pattern=r"^https://[^/\s]+(/\S*)?$",
        description="Address of the fleet's office, where this machine joins and renews its certificate.",
        examples=["https://fleet.example:8444"],
    )
    office_authority_file: Path | None = Field(
        None,
        description="Certificates (PEM) of the authority that signed the office's; without it, those that this machine"
        " trusts anyway.",
    )
    directory: Path = Field(
        Path("/var/lib/kiosk/fleet"),
        description="Folder of the certificate, its key and what else makes this machine a member; only the kiosk's"
        " user can read it.",
    )
    reconnect_seconds: int = Field(
        5, ge=1, le=300, description="Seconds between attempts to reach the broker while it is away."
    )
    reboot_command: tuple[str, ...] = Field(
        ("systemctl", "reboot"), min_length=1, description="What restarts the machine, when the fleet asks for it."
    )
    metrics_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="Port on 127.0.0.1 where Prometheus can read this machine's metrics; without it, nowhere.",
        examples=[9182],
    )
