"""Settings of an identity provider: the table ``[provider]`` of the fleet's settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from kiosk.fleet.access.roles import Role

CALLBACK = "/console-sign-in/provider/answer"
"""Where the provider sends browsers back, after the console's address."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def is_safe(address: str) -> bool:
    """Whether secrets may go there: HTTPS, or this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if not parts.hostname or parts.username is not None or parts.fragment or not address.isprintable():
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _safe(address: str) -> str:
    if not is_safe(address) or urlsplit(address).query:
        raise ValueError("an address that begins with https://")
    return address


Address = Annotated[str, AfterValidator(_safe)]


class ProviderSettings(BaseModel):
    """Where people sign in who have no password here."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    issuer: Address = Field(description="Its address as it writes it in its tokens, beginning with https://.")
    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]{0,20}$",
        description="One short word of small letters; accounts are called somebody@name.",
    )
    client_id: str = Field(min_length=1, max_length=255, description="What this console is called there.")
    client_secret_file: Path | None = Field(
        None, description="File with the secret that the provider gave, if it gave one."
    )
    address: Address = Field(
        description="Where browsers reach the console, beginning with https://, without a path; the provider has to "
        f"know it with {CALLBACK} after it."
    )
    scopes: tuple[str, ...] = Field(("openid", "profile"), description="What is asked for.")
    name_claim: str = Field("preferred_username", min_length=1, description="The claim with somebody's name.")
    role_claim: str = Field(
        "groups", min_length=1, description='The claim that roles follow from; with dots, such as "realm_access.roles".'
    )
    roles: dict[Role, tuple[str, ...]] = Field(
        min_length=1, description="For each role, the words of the claim that give it; the highest counts."
    )
    authority_file: Path | None = Field(
        None, description="Certificate (PEM) of the authority that vouches for the provider, if not a usual one."
    )

    @field_validator("address")
    @classmethod
    def _without_path(cls, address: str) -> str:
        if urlsplit(address).path not in ("", "/"):
            raise ValueError("an address without a path, such as https://fleet.example:8445")
        return address.rstrip("/")

    @property
    def client_secret(self) -> str:
        """Read each time: it may be changed while the fleet runs. Empty if there is none."""
        return "" if self.client_secret_file is None else self.client_secret_file.read_text(encoding="utf-8").strip()

    def role_of(self, claim: Any) -> Role | None:
        """The highest role that a claim's value, a word or a list of words, gives."""
        listed = [claim] if isinstance(claim, str) else claim if isinstance(claim, list) else []
        words = {each for each in listed if isinstance(each, str)}
        given = [role for role in Role if words & set(self.roles.get(role, ()))]
        return given[-1] if given else None
