"""What requests hold, with their bounds."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from kiosk.fleet.access.accounts import ANY_NAME, LONGEST, NAME, SHORTEST
from kiosk.fleet.access.roles import Role
from kiosk.fleet.alerts.contacts import HIGHEST_LEVEL
from kiosk.fleet.desk.shapes import NO_NUL, AlertDetail, ContactRow

LARGEST = 2**53
KIOSK = r"^[A-Z][A-Z0-9]{2,9}$"
WORD = r"^[A-Za-z][A-Za-z0-9_.:\-]{0,99}$"

KioskPath = Annotated[str, Path(pattern=KIOSK, description="The kiosk's number.")]
NumberPath = Annotated[int, Path(ge=1, le=LARGEST)]
OrderPath = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="The command's id.")]
AccountPath = Annotated[str, Path(pattern=f"^{ANY_NAME.pattern}$")]

KioskQuery = Annotated[str | None, Query(alias="kiosk", pattern=KIOSK, description="Only of this kiosk.")]
Before = Annotated[int | None, Query(ge=1, le=LARGEST, description="Only what has a smaller number: the next page.")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Text = Annotated[str, Field(max_length=2000, pattern=NO_NUL)]
Subject = Annotated[
    str | None, Query(max_length=200, pattern=NO_NUL, description="Kind and name, such as ``kiosk:K0001``.")
]
About = Annotated[
    str, Query(max_length=200, pattern=NO_NUL, description="Who or what: all that it did, or that was done to it.")
]
First = Annotated[date, Query(description="The first day, in the kiosks' zone.")]
Last = Annotated[date, Query(description="The last day.")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class SignIn(_Body):
    """Name and password."""

    name: str = Field(max_length=64, pattern=NO_NUL)
    password: str = Field(max_length=LONGEST, repr=False)


class NewPassword(_Body):
    """The present password, and the one that takes its place."""

    present: str = Field(max_length=LONGEST, repr=False)
    password: str = Field(min_length=SHORTEST, max_length=LONGEST, repr=False)


class Note(_Body):
    """A note."""

    text: Text = Field(min_length=1)


class TicketNote(_Body):
    """A note with the spare parts used, by name, how many."""

    text: Text = ""
    parts: dict[
        Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)], Annotated[int, Field(ge=1, le=1000)]
    ] = Field(default_factory=dict, max_length=20)


class NewTicket(_Body):
    """Work to be done at a kiosk."""

    kiosk: str = Field(pattern=KIOSK)
    device: str = Field(pattern=WORD)
    code: str = Field(pattern=WORD)
    urgency: Literal["low", "normal", "high"]
    text: Text = ""
    alert: int | None = Field(None, ge=1, le=LARGEST)


class TicketChange(_Body):
    """Who works on it, or that it is done."""

    assignee: str | None = Field(None, pattern=f"^{ANY_NAME.pattern}$")
    closed: Literal[True] | None = None


class NewCommand(_Body):
    """A command; the verbs and their arguments are listed at ``/verbs``."""

    kiosk: str = Field(pattern=KIOSK)
    verb: str = Field(pattern=WORD)
    arguments: dict[
        Annotated[str, Field(pattern=WORD)],
        bool | Annotated[int, Field(ge=-LARGEST, le=LARGEST)] | Annotated[str, Field(max_length=200, pattern=NO_NUL)],
    ] = Field(default_factory=dict, max_length=8)
    alert: int | None = Field(None, ge=1, le=LARGEST)


class NewExclusion(_Body):
    """Hours that shall not count, in milliseconds since 1970; for all kiosks, or for one, a site or a line."""

    began_at: int = Field(ge=0, le=4_102_444_800_000)
    ended_at: int = Field(ge=0, le=4_102_444_800_000)
    reason: Text = Field(min_length=1)
    kiosk: str = Field("", pattern=rf"^$|{KIOSK}")
    site: str = Field("", max_length=100, pattern=NO_NUL)
    line: str = Field("", max_length=100, pattern=NO_NUL)


class NewAccount(_Body):
    """A new account."""

    name: str = Field(pattern=f"^{NAME.pattern}$")
    role: Role
    password: str = Field(min_length=SHORTEST, max_length=LONGEST, repr=False)


class AccountChange(_Body):
    """What shall be otherwise."""

    role: Role | None = None
    disabled: bool | None = None
    password: str | None = Field(None, min_length=SHORTEST, max_length=LONGEST, repr=False)


class NewCode(_Body):
    """Which kiosk may join."""

    kiosk: str = Field(pattern=KIOSK)


class ContactWords(_Body):
    """Who is told of alerts; see ``ContactRow``."""

    name: str = Field(min_length=1, max_length=200, pattern=NO_NUL)
    channel: Literal["email", "webhook"]
    address: str = Field(min_length=3, max_length=1000, pattern=NO_NUL)
    language: Literal["zh", "en"] = "zh"
    level: int = Field(0, ge=0, le=HIGHEST_LEVEL)
    least: Literal["notice", "warning", "critical"] = "warning"
    site: str = Field("", max_length=100, pattern=NO_NUL)
    quiet_from: int | None = Field(None, ge=0, lt=1440)
    quiet_until: int | None = Field(None, ge=0, lt=1440)


class AddedContact(BaseModel):
    """``secret``: what a webhook's messages are signed with, shown only now; empty for e-mail."""

    contact: ContactRow
    secret: str


class SecretShape(BaseModel):
    """A new secret, shown only now."""

    secret: str


class AccountShape(BaseModel):
    """An account. ``local``: has a password here."""

    name: str
    role: Role
    disabled: bool
    local: bool


class SignedIn(AccountShape):
    """``token``: for ``Authorization: Bearer``; good until the account is changed, 12 hours at most."""

    token: str


class CodeShape(BaseModel):
    """A code for joining, shown only now."""

    kiosk: str
    code: str


class Escalated(BaseModel):
    """An alert that somebody has escalated. ``told``: how many of the next level are told of it."""

    alert: AlertDetail
    told: int


class VerbShape(BaseModel):
    """What a kiosk can be told to do. ``arguments``: by name, its type and whether it is needed."""

    name: str
    least_role: Role
    second_person: bool
    no_citizen: bool
    minutes: int
    arguments: dict[str, tuple[str, bool]]
