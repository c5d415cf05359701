"""Deliveries: signed webhooks and letters over real connections, retries, dead letters, quiet hours, couriers."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from cryptography.fernet import Fernet
from fleet_databases import empty, engine, postgres
from fleet_far_end import FarEnd
from sqlalchemy import Engine, select

from kiosk.fleet.alerts import contacts, desk
from kiosk.fleet.alerts.contacts import Contact
from kiosk.fleet.contact_secrets import ContactSecrets
from kiosk.fleet.delivery import ATTEMPTS, Courier, EmailSender, MailServer, WebhookSender, signature_holds
from kiosk.fleet.store import audit
from kiosk.fleet.store.tables_alerts import delivery

__all__ = ["empty", "engine", "postgres"]

SECRETS = ContactSecrets(Fernet.generate_key())


class Mailbox:
    """A mail server of the tests' own (RFC 5321, as much as is needed)."""

    def __init__(self) -> None:
        self.letters: list[email.message.EmailMessage] = []
        self.refuse = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := await reader.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                data = await reader.readuntil(b"\r\n.\r\n")
                text = data[:-5].replace(b"\r\n..", b"\r\n.")
                self.letters.append(email.message_from_bytes(text, policy=email.policy.default))  # type: ignore[arg-type]
            elif word == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            writer.write(b"451 later\r\n" if self.refuse and word == b"MAIL" else b"250 ok\r\n")
            await writer.drain()
        writer.close()


@asynccontextmanager
async def mailbox() -> AsyncIterator[tuple[Mailbox, EmailSender]]:
    box = Mailbox()
    server = await asyncio.start_server(box.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield box, EmailSender(MailServer("127.0.0.1", port, "fleet@example.org", tls="none"))
    finally:
        server.close()


def states(engine: Engine) -> list[tuple[str, int]]:
    with engine.connect() as connection:
        wanted = select(delivery.c.state, delivery.c.attempts).order_by(delivery.c.id)
        return [(row.state, row.attempts) for row in connection.execute(wanted)]


def with_a_stock_difference(engine: Engine) -> FarEnd:
    """One kiosk, whose alert is about to be told to one who is on duty."""
    far = FarEnd(engine, 1)
    far.contacts("duty")
    far.run(35)
    far.fleet.kiosks["S00001"].stock_difference(far.now)
    far.run(5)
    return far


async def test_a_webhook_is_signed_and_a_letter_reads_well(engine: Engine) -> None:
    far = FarEnd(engine, 1)
    far.contacts("duty", language="en")
    desk_system = Contact("desk", "webhook", "http://desk.invalid/alerts", least="notice")
    with engine.begin() as connection:
        _, secret = contacts.add(connection, far.now, "ann", desk_system, SECRETS)
    far.run(35)
    far.fleet.kiosks["S00001"].door_forced(far.now)
    far.run(5)
    posted: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        posted.append(request)
        return httpx.Response(204)

    async with mailbox() as (box, letters), httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        courier = Courier(engine, far.clock, {"webhook": WebhookSender(client, SECRETS), "email": letters})
        assert await courier.round() == 2
        assert await courier.round() == 0
    assert states(engine) == [("sent", 1), ("sent", 1)]
    (request,) = posted
    header, seconds = request.headers["X-Fleet-Signature"], far.now // 1000
    assert signature_holds(secret, header, request.content, seconds)
    assert not signature_holds("another", header, request.content, seconds)
    assert not signature_holds(secret, header, request.content + b" ", seconds)
    assert not signature_holds(secret, header, request.content, seconds + 301)
    body = json.loads(request.content)
    assert (body["what"], body["kiosk"], body["code"], body["severity"]) == (
        "opened", "S00001", "fleet.door_forced", "critical",
    )  # fmt: skip
    (letter,) = box.letters
    assert (letter["To"], letter["Subject"]) == ("duty@example.org", "[critical] Alert: S00001")
    assert "A door was opened while no exchange was open." in letter.get_content()


async def test_an_address_that_breaks_its_sender_keeps_nobody_else_from_hearing(engine: Engine) -> None:
    far = FarEnd(engine, 1)
    with engine.begin() as connection:
        for name, address in (("broken", "http://xn--/alerts"), ("desk", "http://desk.invalid/alerts")):
            contacts.add(connection, far.now, "ann", Contact(name, "webhook", address, least="notice"), SECRETS)
    far.run(35)
    far.fleet.kiosks["S00001"].stock_difference(far.now)
    far.run(5)
    answer = httpx.MockTransport(lambda request: httpx.Response(204))
    async with httpx.AsyncClient(transport=answer) as client:
        courier = Courier(engine, far.clock, {"webhook": WebhookSender(client, SECRETS)})
        assert await courier.round() == 2
    assert states(engine) == [("waiting", 1), ("sent", 1)]


async def test_what_could_not_be_brought_in_time_does_not_come_after_its_end(engine: Engine) -> None:
    far = with_a_stock_difference(engine)
    async with mailbox() as (box, letters):
        box.refuse = True
        courier = Courier(engine, far.clock, {"email": letters})
        assert await courier.round() == 1
        far.fleet.kiosks["S00001"].stock_counted(far.now)
        far.run(5)
        box.refuse = False
        far.clock.advance(3600)
        assert await courier.round() == 1
        assert await courier.round() == 0
        assert [each["Subject"] for each in box.letters] == ["[critical] 告警解除: S00001"]
    assert states(engine) == [("dead", 1), ("sent", 1)]


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_test_message_comes_at_once_or_fails_at_once(engine: Engine, language: str) -> None:
    far = FarEnd(engine, 1)
    quiet = {"quiet_from": 8 * 60, "quiet_until": 10 * 60}
    far.contacts("duty", language=language, **quiet)  # it is nine in the morning there
    posted: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        posted.append(request)
        return httpx.Response(204)

    with engine.begin() as connection:
        desk_system = Contact("desk", "webhook", "http://desk.invalid/alerts", language)
        number, secret = contacts.add(connection, far.now, "ann", desk_system, SECRETS)
        for each in (1, number, 1):
            contacts.try_out(connection, far.now, "ann", each)
    async with mailbox() as (box, letters), httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        senders = {"webhook": WebhookSender(client, SECRETS), "email": letters}
        assert await Courier(engine, far.clock, senders).round() == 3
        with engine.begin() as connection:
            contacts.try_out(connection, far.now, "ann", 1)
        box.refuse = True
        assert await Courier(engine, far.clock, senders).round() == 1
    assert states(engine) == [("sent", 1)] * 3 + [("dead", 1)]
    assert [each["Subject"] for each in box.letters] == [f"[test] {'试发' if language == 'zh' else 'Test message'}"] * 2
    (request,) = posted
    assert json.loads(request.content) == {"version": 1, "what": "test", "sent_at": far.now}
    assert signature_holds(secret, request.headers["X-Fleet-Signature"], request.content, far.now // 1000)


async def test_a_secret_of_another_key_signs_nothing(engine: Engine) -> None:
    far = FarEnd(engine, 1)
    with engine.begin() as connection:
        contacts.add(connection, far.now, "ann", Contact("desk", "webhook", "http://desk.invalid/"), SECRETS)
    far.run(35)
    far.fleet.kiosks["S00001"].door_forced(far.now)
    far.run(5)
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(204))) as client:
        other = WebhookSender(client, ContactSecrets(Fernet.generate_key()))
        assert await Courier(engine, far.clock, {"webhook": other}).round() == 1
    assert states(engine) == [("waiting", 1)]
    with engine.connect() as connection:
        assert connection.execute(select(delivery.c.trouble)).scalar_one() == (
            "its secret cannot be read with this fleet's key"
        )


async def test_what_is_refused_is_tried_again_and_dies_in_the_end(engine: Engine) -> None:
    far = with_a_stock_difference(engine)
    async with mailbox() as (box, letters):
        box.refuse = True
        courier = Courier(engine, far.clock, {"email": letters})
        assert await courier.round() == 1
        assert await courier.round() == 0  # not before ten seconds have passed
        far.clock.advance(10)
        assert await courier.round() == 1
        box.refuse = False
        far.clock.advance(19)
        assert await courier.round() == 0
        far.clock.advance(1)
        assert await courier.round() == 1
        assert states(engine) == [("sent", 3)]
        assert len(box.letters) == 1
        far.fleet.kiosks["S00001"].stock_counted(far.now)
        far.run(5)
        box.refuse = True
        for _ in range(ATTEMPTS):
            assert await courier.round() == 1
            far.clock.advance(3600)
        assert await courier.round() == 0
    assert states(engine) == [("sent", 3), ("dead", ATTEMPTS)]
    with engine.connect() as connection:
        assert audit.entries(connection)[0].action == "delivery.dead"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_quiet_hours_hold_back_what_can_wait(engine: Engine, language: str) -> None:
    far = FarEnd(engine, 1)  # at nine in the morning, by the kiosk's zone
    far.contacts("duty", language=language, quiet_from=8 * 60, quiet_until=10 * 60)
    far.run(35)
    machine = far.fleet.kiosks["S00001"]
    machine.ribbon_low(far.now)
    far.run(5)
    async with mailbox() as (box, letters):
        courier = Courier(engine, far.clock, {"email": letters})
        assert await courier.round() == 0
        machine.door_forced(far.now)
        far.run(5)
        assert await courier.round() == 1
        far.run(3600, every=30)
        assert await courier.round() == 1
        assert [each["Subject"].split()[0] for each in box.letters] == ["[critical]", "[notice]"]
    with engine.connect() as connection:
        assert {row.code for row in desk.open_alerts(connection)} == {"fleet.door_forced", "card_printer.ribbon_low"}


async def test_two_couriers_never_bring_the_same(engine: Engine) -> None:
    far = FarEnd(engine, 30)
    far.contacts("duty", least="critical")
    far.run(35)
    for machine in far.fleet.kiosks.values():
        machine.stock_difference(far.now)
    far.run(5)
    async with mailbox() as (box, letters):
        couriers = [Courier(engine, far.clock, {"email": letters}) for _ in range(3)]
        while sum(await asyncio.gather(*(each.round() for each in couriers))):
            pass
        assert len(box.letters) == len({each["Message-ID"] for each in box.letters}) == 30
    assert states(engine) == [("sent", 1)] * 30
