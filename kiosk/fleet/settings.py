"""Settings of a fleet: one TOML file, or none at all; the defaults are a fleet on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from kiosk.fleet.access.provider_settings import ProviderSettings
from kiosk.located_toml import read
from kiosk.validation import validate


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class MailSettings(_Table):
    """The server that takes e-mail for those who are told of alerts."""

    host: str = Field(min_length=1)
    port: int = Field(587, ge=1, le=65535)
    sender: str = Field(min_length=3, description="Address that mail comes from.")
    user: str = ""
    password_file: Path | None = Field(None, description="File with the password, readable by the fleet's user only.")
    tls: Literal["starttls", "tls", "none"] = "starttls"


class FleetServerSettings(_Table):
    """A fleet's far end."""

    directory: Path = Field(description="Keys, certificates, the broker's streams, and the database if it is SQLite.")
    database: str = Field("", description="URL of the database; without it, SQLite in the directory.")
    database_file: Path | None = Field(None, description="File that holds the database's URL, if it has a password.")
    hosts: tuple[str, ...] = Field(
        ("127.0.0.1", "localhost"), min_length=1, description="Names and addresses by which kiosks reach this machine."
    )
    broker_host: str = Field("127.0.0.1", description="Address on which the embedded broker listens.")
    broker_port: int = Field(4222, ge=0, le=65535, description="0: any that is free.")
    mqtt_port: int | None = Field(None, ge=1, le=65535, description="Port for MQTT readers; without it, none.")
    brokers: tuple[str, ...] = Field(
        (), description="tls:// URLs of brokers that run elsewhere; without any, one is run here."
    )
    readers: tuple[str, ...] = Field((), description="Other systems that may listen, by name.")
    office: str = Field("127.0.0.1:8444", description="host:port where kiosks join, over HTTPS.")
    console: str = Field("127.0.0.1:8445", description="host:port of console, API and metrics.")
    console_certificate: Path | None = Field(None, description="Certificate (PEM) for console and API; else HTTP.")
    console_key: Path | None = Field(
        None, validate_default=True, description="The key (PEM) of console_certificate; both or neither."
    )
    ingest_workers: int = Field(1, ge=0, le=64, description="Ingest workers in this process.")
    mail: MailSettings | None = None
    provider: ProviderSettings | None = Field(
        None, description="Where people sign in who have no password here (OpenID Connect)."
    )
    metrics_token_file: Path | None = Field(
        None, description="File with the token that Prometheus shows; without it, only this machine may ask."
    )

    @field_validator("console_key")
    @classmethod
    def _both(cls, key: Path | None, info: ValidationInfo) -> Path | None:
        if (key is None) is not (info.data.get("console_certificate") is None):
            raise ValueError("console_certificate and console_key together, or neither")
        return key

    @field_validator("office", "console")
    @classmethod
    def _somewhere(cls, where: str) -> str:
        listening(where)
        return where

    @property
    def database_url(self) -> str:
        """Where everything is kept."""
        if self.database_file is not None:
            return self.database_file.read_text(encoding="utf-8").strip()
        return self.database or f"sqlite:///{self.directory.absolute() / 'fleet.db'}"


def listening(where: str) -> tuple[str, int]:
    """Host and port of ``host:port``; port 0: any that is free. Raises ValueError."""
    host, _, port = where.rpartition(":")
    if not host or not port.isdecimal() or len(port) > 5 or int(port) > 65535:
        raise ValueError("host:port, such as 127.0.0.1:8445")
    return host, int(port)


def load(file: Path | None, directory: Path) -> FleetServerSettings:
    """Of the file, or the defaults in ``directory``. Raises MistakesError."""
    if file is None:
        return FleetServerSettings.model_validate({"directory": directory})
    return validate(read(file), FleetServerSettings)
