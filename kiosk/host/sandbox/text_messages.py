"""Text messages (SMS) that the sandbox host and its payer send to people. Nobody gets one: they are to be looked at."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, Connection, Integer, String, Table, select

from kiosk.host.sandbox.store import metadata
from kiosk.masking import mask_phone_number

text_messages = Table(
    "text_messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("to", String, nullable=False),
    Column("about", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("at", String, nullable=False),
)

PAID_WITH = "who paid"
"""The payer knows the telephone that the code was paid with; the host does not."""


class About(StrEnum):
    """What a message says."""

    CARD_HELD = "card_held"
    """The new card was not taken and waits at the machine (A13). Reference: the application."""
    FEE_RELEASED = "fee_released"
    FEE_SENT_BACK = "fee_sent_back"
    """Reference: the payer's (A18)."""


class TextMessage(BaseModel):
    """``to``: the number, masked; or ``who paid``."""

    model_config = ConfigDict(extra="forbid")

    to: str
    about: About
    reference: str
    at: str


def send(connection: Connection, now: datetime, phone: str, about: About, reference: str) -> None:
    """One more, in the transaction of what it tells. ``phone``: a number, or :data:`PAID_WITH`."""
    to = phone if phone == PAID_WITH else mask_phone_number(phone)
    connection.execute(text_messages.insert().values(to=to, about=about.value, reference=reference, at=now.isoformat()))


def sent(connection: Connection) -> list[TextMessage]:
    """All of them, the oldest first."""
    rows = connection.execute(select(text_messages).order_by(text_messages.c.id)).mappings()
    return [TextMessage.model_validate({name: row[name] for name in TextMessage.model_fields}) for row in rows]
