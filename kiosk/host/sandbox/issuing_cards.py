"""Pre-made cards at the sandbox host: reserved, personalised under its HSM, bound, given back, spoiled, handed over.

A reservation ends ``released``, ``suspect``, ``spoiled`` or ``bound``, and is never opened again: what was given back
or spoiled leaves a mark even when it had never been reserved, so that a reserve request on its way comes too late.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from devices.card_reader.social_security_card.identity import card_number_check
from kiosk.host.issuing_values import (
    ApplicationState,
    BadCard,
    CardPrint,
    CardState,
    ChipRecord,
    Committed,
    IssuingRefusal,
    Mode,
    PhotoNeed,
    Reservation,
    Whereabouts,
    read_back_digest,
)
from kiosk.host.port import CardSide, HsmAnswer
from kiosk.host.sandbox import holdings, identify
from kiosk.host.sandbox import issuing_shapes as shapes
from kiosk.host.sandbox.hsm import Authentication, HsmError
from kiosk.host.sandbox.issuing_applications import mine, row, set_fields
from kiosk.host.sandbox.issuing_desk import Work
from kiosk.host.sandbox.issuing_gate import holder_record
from kiosk.host.sandbox.issuing_records import RECORD_KEY, chip_records, valid_until
from kiosk.host.sandbox.issuing_store import applications, reservations, stock, voids
from kiosk.host.sandbox.people import CardRow
from kiosk.host.sandbox.refusals import Refused
from kiosk.host.sandbox.store import people
from kiosk.host.sandbox.text_messages import About, send

_OPEN, _BOUND, _RELEASED = "open", "bound", "released"
_LETTER = "Z"
"""Card numbers of cards issued here begin with it; nobody in the population has one."""
_SETTLED_ALREADY = (CardSide.LOST, CardSide.TEMPORARY_LOSS, CardSide.CANCELLED, CardSide.STOPPED)


# -- reserve and personalise -------------------------------------------------------------------------------------------


def reserve(work: Work, number: str, bank: str, identifier: str) -> Reservation:
    """The card of this application; asked again for the same card, the same reservation."""
    application = mine(work, number)
    if application.committed:
        raise Refused(IssuingRefusal.ALREADY_COMMITTED)
    if application.mode != Mode.INSTANT:
        raise Refused(IssuingRefusal.APPLICATION_CLOSED, "deferred")
    if application.photo == PhotoNeed.NEEDED:
        raise Refused(IssuingRefusal.PHOTO_NEEDED)
    _old_card_settled(work, application)
    if bank not in {each.key for each in work.desk.stock.banks}:
        raise Refused(IssuingRefusal.BANK_NOT_ELIGIBLE)
    card = work.connection.execute(select(stock).where(stock.c.identifier == identifier)).first()
    if card is None or card.bank != bank:
        raise Refused(IssuingRefusal.CARD_NOT_IN_STOCK)
    held = _live(work, number)
    if held is not None:
        if held.serial != card.serial:
            raise Refused(IssuingRefusal.ANOTHER_CARD_RESERVED)
        return _reservation(work, application, held)
    if card.state != CardState.FREE or _of(work, number, card.serial) is not None:
        raise Refused(IssuingRefusal.CARD_NOT_FREE)
    _note_reservation(work, number, card.serial, _OPEN)
    _set_card(work, card.serial, CardState.RESERVED)
    if not application.card_number:
        set_fields(work, number, card_number=_next_card_number(work))
    set_fields(work, number, state=ApplicationState.PRODUCING.value)
    work.note(number, "reserved", card.serial)
    return reservation(work, number)


def _old_card_settled(work: Work, application: Row[Any]) -> None:
    old = holdings.of_person(work.connection, application.person_id)
    if old is not None and old.social_side not in _SETTLED_ALREADY and not application.old_card:
        raise Refused(IssuingRefusal.OLD_CARD_NOT_SETTLED)


def _next_card_number(work: Work) -> str:
    last = work.connection.execute(select(func.max(applications.c.card_number))).scalar()
    body = f"{_LETTER}{int(last[1:8]) + 1 if last else 1:07d}"
    return body + card_number_check(body)


def reservation(work: Work, number: str) -> Reservation:
    """What is written and printed. Raises Refused (not reserved)."""
    held = _live(work, number)
    if held is None:
        raise Refused(IssuingRefusal.NOT_RESERVED)
    return _reservation(work, mine(work, number), held)


def _reservation(work: Work, application: Row[Any], held: Row[Any]) -> Reservation:
    application = row(work, application.number)
    card = work.connection.execute(select(stock).where(stock.c.serial == held.serial)).one()
    holder = holder_record(identify.person_by_id(work.connection, application.person_id))
    issued = date.fromisoformat(held.issue_date)
    bank_name = next(bank.name for bank in work.desk.stock.banks if bank.key == card.bank)
    return Reservation(
        application=application.number,
        serial=card.serial,
        bank=card.bank,
        bank_account=card.account,
        card_number=application.card_number,
        records=chip_records(holder, application.card_number, issued),
        printed=CardPrint(
            holder.name, holder.number, application.card_number, issued, valid_until(issued), bank_name, card.account
        ),
    )


def mutual(work: Work, request: shapes.MutualRequest) -> HsmAnswer:
    """Both proofs, for the reserved card only."""
    card, _ = _personalising(work, request.application, request.serial)
    try:
        internal, external = work.desk.hsm.authenticate(
            Authentication(
                card.algorithm, bytes.fromhex(card.identifier), bytes.fromhex(request.internal_factor),
                bytes.fromhex(request.internal_random), bytes.fromhex(request.external_factor),
                bytes.fromhex(request.external_random), request.key_id,
            )
        )  # fmt: skip
    except HsmError as error:
        raise Refused(IssuingRefusal.RECORD_NOT_PLANNED, str(error)) from None
    return HsmAnswer(internal.hex().upper(), external.hex().upper())


def external(work: Work, request: shapes.ExternalRequest) -> str:
    """The terminal's proof, for the reserved card only."""
    card, _ = _personalising(work, request.application, request.serial)
    factor, random = bytes.fromhex(request.factor), bytes.fromhex(request.random)
    try:
        proof = work.desk.hsm.external(card.algorithm, bytes.fromhex(card.identifier), request.key_id, factor, random)
    except HsmError as error:
        raise Refused(IssuingRefusal.RECORD_NOT_PLANNED, str(error)) from None
    return proof.hex().upper()


def record_mac(work: Work, request: shapes.MacRequest) -> str:
    """For an UPDATE RECORD by tag, under UKSSSE, of a record that the reservation has."""
    card, records = _personalising(work, request.application, request.serial)
    header, data = bytes.fromhex(request.header), bytes.fromhex(request.data)
    planned = {bytes((0x04, 0xDC, record.tag, 0x00, len(record.content) + 4)): record.content for record in records}
    if request.key_id != RECORD_KEY or planned.get(header) != data:
        raise Refused(IssuingRefusal.RECORD_NOT_PLANNED)
    mac = work.desk.hsm.command_mac(
        card.algorithm, bytes.fromhex(card.identifier), request.key_id, bytes.fromhex(request.factor), header, data
    )
    return mac.hex().upper()


def _personalising(work: Work, number: str, serial: str) -> tuple[Row[Any], tuple[ChipRecord, ...]]:
    application = mine(work, number)
    held = _of(work, number, serial)
    if held is None or held.state != _OPEN:
        raise Refused(IssuingRefusal.NOT_RESERVED)
    card = work.connection.execute(select(stock).where(stock.c.serial == serial)).one()
    return card, _reservation(work, application, held).records


# -- the point of no return --------------------------------------------------------------------------------------------


def commit(work: Work, number: str, serial: str, read_back: str, payment: str) -> Committed:
    """Bind the card and cancel the old one. Again for the same card: what was done."""
    application = mine(work, number)
    held = _of(work, number, serial)
    if application.committed:
        if held is None or held.state != _BOUND:
            raise Refused(IssuingRefusal.ALREADY_COMMITTED)
        return _committed(work, application, serial)
    if held is None or held.state != _OPEN:
        raise Refused(IssuingRefusal.NOT_RESERVED)
    if application.fen and not payment:
        raise Refused(IssuingRefusal.FEE_NOT_HELD)
    planned = _reservation(work, application, held)
    if read_back.lower() != read_back_digest(record.content for record in planned.records):
        raise Refused(IssuingRefusal.READ_BACK_DIFFERS)
    card = work.connection.execute(select(stock).where(stock.c.serial == serial)).one()
    _cancel_old(work, application)
    holdings.issue(
        work.connection,
        _new_card(application.person_id, card, planned.printed),
        number,
        work.now,
    )
    _end_reservation(work, held, _BOUND, CardState.BOUND)
    set_fields(
        work, number, state=ApplicationState.READY.value, committed=work.now.isoformat(),
        commits=application.commits + 1, payment=payment,
    )  # fmt: skip
    work.note(number, "committed", serial)
    return _committed(work, row(work, number), serial)


def _cancel_old(work: Work, application: Row[Any]) -> None:
    old = holdings.of_person(work.connection, application.person_id)
    if old is not None:
        holdings.change(work.connection, old, CardSide.CANCELLED, work.now)
        work.note(application.number, "old_card_cancelled", old.identifier[16:24])


def _new_card(person_id: int, card: Row[Any], printed: CardPrint) -> CardRow:
    issued = printed.issued.isoformat()
    return CardRow(
        person_id, card.identifier, printed.card_number, card.version, issued, CardSide.TO_BE_ACTIVATED.value, issued,
        CardSide.TO_BE_ACTIVATED.value, printed.bank_name, card.account[-4:], printed.valid_until.isoformat(), 1, 0,
    )  # fmt: skip


def _committed(work: Work, application: Row[Any], serial: str) -> Committed:
    cancelled = [event.serial for event in work.events(application.number) if event.event == "old_card_cancelled"]
    return Committed(
        application.number, serial, work.instant(application.committed), cancelled[-1] if cancelled else ""
    )


# -- the other ends ----------------------------------------------------------------------------------------------------


def release(work: Work, number: str, serial: str) -> None:
    """The card is free again, for others. Done already, spoiled, or never reserved: a mark is left, and no more."""
    row(work, number)
    held = _of(work, number, serial)
    if held is None:
        _note_reservation(work, number, serial, _RELEASED)
    elif held.state == _BOUND:
        raise Refused(IssuingRefusal.ALREADY_COMMITTED)
    elif held.state == _OPEN:
        mine(work, number)
        _end_reservation(work, held, _RELEASED, CardState.FREE)
        set_fields(work, number, state=ApplicationState.ACCEPTED.value)
        work.note(number, "released", serial)


def spoil(work: Work, number: str, serial: str, how: BadCard) -> None:
    """Never again in a hopper; its bank account number is queued for voiding, once."""
    card = work.connection.execute(select(stock).where(stock.c.serial == serial)).first()
    if card is None:
        raise Refused(IssuingRefusal.CARD_NOT_IN_STOCK)
    if card.state == CardState.BOUND:
        raise Refused(IssuingRefusal.ALREADY_COMMITTED)
    held = _of(work, number, serial) if number else None
    if card.state == CardState.RESERVED and (held is None or held.state != _OPEN):
        raise Refused(IssuingRefusal.CARD_NOT_FREE)
    if number and held is None:
        row(work, number)
        _note_reservation(work, number, serial, how.value)
    elif held is not None and held.state == _OPEN:
        mine(work, number)
        _end_reservation(work, held, how.value, CardState(how.value))
        set_fields(work, number, state=ApplicationState.ACCEPTED.value)
    if card.state != CardState.SPOILED:
        _set_card(work, serial, CardState(how.value))
        work.note(number, how.value, serial)
    queued = insert(voids).prefix_with("OR IGNORE")
    work.connection.execute(
        queued.values(serial=serial, account=card.account, reason=how.value, queued=work.now.isoformat())
    )


def advise(work: Work, number: str, serial: str, whereabouts: Whereabouts) -> None:
    """Where the bound card is. Collected is the end: nothing after it changes anything."""
    application = row(work, number)
    if application.state == ApplicationState.COLLECTED:
        return
    mine(work, number)
    if not application.committed:
        raise Refused(IssuingRefusal.NOT_COMMITTED)
    held = _live(work, number)
    if (held.serial if held is not None else "") != serial:
        raise Refused(IssuingRefusal.NOT_RESERVED)
    if whereabouts is Whereabouts.HELD and application.whereabouts != Whereabouts.HELD:
        phone = work.connection.execute(select(people.c.phone).where(people.c.id == application.person_id)).scalar_one()
        send(work.connection, work.now, phone, About.CARD_HELD, number)
    set_fields(work, number, whereabouts=whereabouts.value)
    if whereabouts is Whereabouts.COLLECTED:
        set_fields(work, number, state=ApplicationState.COLLECTED.value)
    work.note(number, whereabouts.value, serial)


# -- rows --------------------------------------------------------------------------------------------------------------


def _live(work: Work, number: str) -> Row[Any] | None:
    """The application's reservation that is open or bound."""
    wanted = (reservations.c.application == number, reservations.c.state.in_((_OPEN, _BOUND)))
    return work.connection.execute(select(reservations).where(*wanted)).first()


def _of(work: Work, number: str, serial: str) -> Row[Any] | None:
    wanted = (reservations.c.application == number, reservations.c.serial == serial)
    return work.connection.execute(select(reservations).where(*wanted)).first()


def _note_reservation(work: Work, number: str, serial: str, state: str) -> None:
    work.connection.execute(
        reservations.insert().values(
            application=number, serial=serial, state=state, device=work.device, at=work.now.isoformat(),
            issue_date=work.today.isoformat(),
        )
    )  # fmt: skip


def _end_reservation(work: Work, held: Row[Any], state: str, card: CardState) -> None:
    work.connection.execute(update(reservations).where(reservations.c.id == held.id).values(state=state))
    _set_card(work, held.serial, card)


def _set_card(work: Work, serial: str, state: CardState) -> None:
    work.connection.execute(update(stock).where(stock.c.serial == serial).values(state=state.value))
