"""Brings alerts to people and systems: empties the outbox ``delivery`` by webhook and e-mail.

At least once: the key of a delivery goes along (``X-Fleet-Delivery``, ``Message-ID``), so that whoever gets it twice
can tell. What cannot be brought is tried again, after ten seconds, then twice as long each time, at most an hour; after
eight attempts it is dead, which is audited. Any number of couriers may run: each takes what no other has.

A webhook is a POST of JSON with ``X-Fleet-Signature: t=SECONDS,v1=HEX``, HEX being the HMAC-SHA256, under the contact's
secret, of ``SECONDS.BODY``; :func:`signature_holds` is the other side of it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any, Protocol

import httpx
import structlog
from sqlalchemy import Engine, Row, select, update
from sqlalchemy.exc import SQLAlchemyError

from kiosk.clock import KIOSK_ZONE, Clock
from kiosk.fleet.alerts.telling import DEAD, SENT, TEST, WAITING
from kiosk.fleet.contact_secrets import ContactSecrets, SecretError
from kiosk.fleet.store import audit
from kiosk.fleet.store.tables_alerts import contact, delivery

log = structlog.get_logger("delivery")

FIRST_PAUSE, LONGEST_PAUSE = 10_000, 3_600_000
"""Milliseconds until the next attempt."""
ATTEMPTS = 8
LEASE = 120_000
"""Milliseconds for which a courier has a delivery to itself; then another takes it."""
AT_ONCE = 20
LOOK_EVERY = 0.5
SECONDS = 15.0
"""For one attempt."""


class NotDelivered(Exception):
    """An attempt did not succeed; the text says why, without the address or the secret."""


class Sender(Protocol):
    """Brings one delivery to its contact."""

    async def send(self, row: Row[Any], now: int) -> None:
        """``row``: of delivery, with the contact's channel, address, sealed secret, language. Raises NotDelivered."""
        ...


class WebhookSender:
    """By HTTP POST. ``secrets``: opens what the contacts' secrets are sealed with."""

    def __init__(self, client: httpx.AsyncClient, secrets: ContactSecrets) -> None:
        self._client = client
        self._secrets = secrets

    async def send(self, row: Row[Any], now: int) -> None:
        body = json.dumps(row.content, ensure_ascii=False, sort_keys=True).encode()
        try:
            secret = self._secrets.open(row.secret)
        except SecretError:
            raise NotDelivered("its secret cannot be read with this fleet's key") from None
        headers = {
            "Content-Type": "application/json",
            "X-Fleet-Delivery": row.key,
            "X-Fleet-Signature": signature(secret, now // 1000, body),
        }
        try:
            answer = await self._client.post(row.address, content=body, headers=headers, timeout=SECONDS)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotDelivered(type(error).__name__) from None
        if not answer.is_success:
            raise NotDelivered(f"answered {answer.status_code}")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in. ``tls``: ``starttls``, ``tls`` from the first byte, or ``none``."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    tls: str = "starttls"

    def __repr__(self) -> str:
        return f"MailServer({self.host}:{self.port})"


class EmailSender:
    """By SMTP."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def send(self, row: Row[Any], now: int) -> None:
        letter = written(row, self._server.sender)
        try:
            await asyncio.to_thread(self._hand_in, letter)
        except (smtplib.SMTPException, OSError) as error:
            raise NotDelivered(type(error).__name__) from None

    def _hand_in(self, letter: EmailMessage) -> None:
        server = self._server
        if server.tls == "tls":
            context = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
        with connection:
            if server.tls == "starttls":
                connection.starttls(context=ssl.create_default_context())
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(letter)


class Courier:
    """``senders``: by channel. :meth:`run` for ever, or :meth:`round` once."""

    def __init__(self, engine: Engine, clock: Clock, senders: Mapping[str, Sender]) -> None:
        self._engine = engine
        self._clock = clock
        self._senders = senders

    async def run(self) -> None:
        """Until cancelled; a database that is away is waited for."""
        while True:
            try:
                if await self.round():
                    continue
            except SQLAlchemyError as error:
                log.error("database_away", error=type(error).__name__)
            await self._clock.sleep(LOOK_EVERY)

    async def round(self) -> int:
        """Try everything that is due, at most :data:`AT_ONCE`; how many were tried."""
        rows = await asyncio.to_thread(self._take)
        await asyncio.gather(*map(self._bring, rows))
        return len(rows)

    def _take(self) -> Sequence[Row[Any]]:
        now = self._now()
        wanted = (
            select(delivery, contact.c.channel, contact.c.address, contact.c.secret, contact.c.language)
            .join(contact, contact.c.id == delivery.c.contact)
            .where(delivery.c.state == WAITING, delivery.c.due_at <= now)
            .order_by(delivery.c.due_at, delivery.c.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True, of=delivery)
        )
        with self._engine.begin() as connection:
            rows = connection.execute(wanted).all()
            taken = {"attempts": delivery.c.attempts + 1, "due_at": now + LEASE}
            connection.execute(update(delivery).where(delivery.c.id.in_([row.id for row in rows])).values(taken))
        return rows

    async def _bring(self, row: Row[Any]) -> None:
        sender = self._senders.get(row.channel)
        try:
            if sender is None:
                raise NotDelivered(f"nobody sends by {row.channel}")
            await sender.send(row, self._now())
        except NotDelivered as error:
            await asyncio.to_thread(self._failed, row, str(error))
        except Exception as error:  # one address that nobody foresaw must not keep everybody else from hearing
            log.exception("sender_broke", delivery=row.id, channel=row.channel)
            await asyncio.to_thread(self._failed, row, type(error).__name__)
        else:
            await asyncio.to_thread(self._sent, row)

    def _sent(self, row: Row[Any]) -> None:
        with self._engine.begin() as connection:
            ended = {"state": SENT, "ended_at": self._now(), "trouble": ""}
            connection.execute(update(delivery).where(delivery.c.id == row.id).values(ended))

    def _failed(self, row: Row[Any], why: str) -> None:
        now, attempts = self._now(), row.attempts + 1
        log.warning("not_delivered", delivery=row.id, channel=row.channel, attempts=attempts, reason=why)
        with self._engine.begin() as connection:
            if attempts < ATTEMPTS and row.content["what"] != TEST:  # somebody waits for how that went
                pause = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
                again: dict[str, object] = {"due_at": now + pause, "trouble": why}
                connection.execute(update(delivery).where(delivery.c.id == row.id).values(again))
                return
            ended = {"state": DEAD, "ended_at": now, "trouble": why}
            connection.execute(update(delivery).where(delivery.c.id == row.id).values(ended))
            facts = {"alert": row.alert, "contact": row.contact, "reason": why}
            audit.append(connection, now, "fleet", audit.Action.DELIVERY_DEAD, f"delivery:{row.id}", facts)

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)


def signature(secret: str, seconds: int, body: bytes) -> str:
    """The value of ``X-Fleet-Signature``."""
    digest = hmac.new(secret.encode(), b"%d.%s" % (seconds, body), hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def signature_holds(secret: str, header: str, body: bytes, now: int, *, within: int = 300) -> bool:
    """For whoever receives a webhook: whether it is from the fleet and not older than ``within`` seconds."""
    stamp, _, _ = header.partition(",")
    seconds = stamp.removeprefix("t=")
    if not seconds.isascii() or not seconds.isdigit() or abs(now - int(seconds)) > within:
        return False
    return hmac.compare_digest(signature(secret, int(seconds), body).encode(), header.encode())


WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "opened": "告警", "escalated": "告警升级", "cleared": "告警解除", "where": "设备", "part": "部件",
        "since": "发生时间", "late": "断网期间发生，现在才得知。", "todo": "处理", "facts": "详情",
        "test": "试发", "test_text": "这是一封试发的信，收到就说明告警能送达。不用回复，也不用处理。",
    },
    "en": {
        "opened": "Alert", "escalated": "Alert escalated", "cleared": "Alert over", "where": "Kiosk", "part": "Part",
        "since": "Since", "late": "It happened while the kiosk was cut off, and is known only now.", "todo": "To do",
        "facts": "Details", "test": "Test message",
        "test_text": "This is a test. That you read it shows that alerts reach you. There is nothing to do.",
    },
}  # fmt: skip
"""The words of a letter."""


def written(row: Row[Any], sender: str) -> EmailMessage:
    """An alert, or a test, as a letter, in the contact's language."""
    content = row.content
    language = "zh" if row.language == "zh" else "en"
    words = WORDS[language]
    letter = EmailMessage()
    letter["From"] = sender
    letter["To"] = row.address
    letter["Message-ID"] = f"<{row.key}@fleet.invalid>"
    if content["what"] == TEST:
        letter["Subject"] = f"[{TEST}] {words['test']}"
        letter.set_content(f"{words['test_text']}\n")
        return letter
    where = "、".join(content["kiosks"]) if language == "zh" else ", ".join(content["kiosks"])
    when = datetime.fromtimestamp(content["happened_at"] / 1000, UTC).astimezone(KIOSK_ZONE)
    shown = where if len(content["kiosks"]) < 4 else f"{content['device']} ({len(content['kiosks'])})"
    letter["Subject"] = " ".join(f"[{content['severity']}] {words[content['what']]}: {shown}".split())
    lines = [content["words"][language], "", f"{words['where']}: {where}", f"{words['part']}: {content['device']}"]
    lines.append(f"{words['since']}: {when:%Y-%m-%d %H:%M:%S}")
    if content["late"]:
        lines.append(words["late"])
    if content["what"] != "cleared":
        lines += ["", f"{words['todo']}: {content['remedy'][language]}"]
    facts = {name: value for name, value in content["facts"].items() if name != "kiosks"}
    if facts:
        lines += ["", f"{words['facts']}: " + ", ".join(f"{name} {value}" for name, value in facts.items())]
    letter.set_content("\n".join([*lines, "", content["code"], ""]))
    return letter
