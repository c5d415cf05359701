"""Applications at the sandbox host: quoted, opened, given a picture, deferred, withdrawn, told of."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from kiosk.catalogue.fees import FeeBasis, end_of_day
from kiosk.catalogue.rules import Reason
from kiosk.clock import KIOSK_ZONE
from kiosk.host.issuing_values import (
    Application,
    ApplicationState,
    FeeLine,
    IssuingRefusal,
    Mode,
    OldCardFate,
    PhotoNeed,
    PickupSlip,
    Quote,
    Whereabouts,
)
from kiosk.host.port import CardSide, RefusalCode
from kiosk.host.sandbox import holdings, identify, issuing_gate, issuing_photo, writes
from kiosk.host.sandbox.issuing_desk import Work
from kiosk.host.sandbox.issuing_store import (
    abandoned,
    applications,
    openings,
    photo_receipts,
    photos,
    quotes,
    reservations,
    stock,
)
from kiosk.host.sandbox.people import PersonRow
from kiosk.host.sandbox.refusals import Refused

STALE = timedelta(minutes=15)
"""An application without a card, of which its kiosk has said nothing for so long, makes way for one elsewhere."""


def quote(work: Work, at_kiosk: int, person: PersonRow, reason: Reason) -> Quote:
    """Today's fee, promised until midnight."""
    if reason not in issuing_gate.judge(work, at_kiosk, person, reason).reasons:
        raise Refused(IssuingRefusal.REASON_DOES_NOT_APPLY)
    fee = work.desk.fees.quote(reason, work.now)
    number = writes.next_number(work.connection, "Q", quotes.c.number, work.now)
    lapses = end_of_day(work.now)
    work.connection.execute(
        quotes.insert().values(
            number=number, person_id=person.id, reason=reason.value, fen=fee.fen, basis=fee.basis.value,
            day=fee.day.isoformat(), lapses=lapses.isoformat(),
        )
    )  # fmt: skip
    return Quote(number, reason, fee.fen, FeeBasis(fee.basis), fee.day, lapses)


def open_application(
    work: Work, at_kiosk: int, person: PersonRow, reason: Reason, quote_number: str, mode: Mode, key: str
) -> Application:
    """A new one, or the one that this kiosk has open for the same reason already (a double tap)."""
    if work.connection.execute(select(abandoned).where(abandoned.c.opening_key == key)).first() is not None:
        raise Refused(IssuingRefusal.APPLICATION_CLOSED)
    running = issuing_gate.open_application(work, person.id)
    if running is not None:
        same = running.device == work.device and running.reason == reason and not running.committed
        if same and running.mode == mode:
            work.connection.execute(insert(openings).values(opening_key=key, application=running.number))
            return view(work, running)
        if running.mode == Mode.INSTANT and not running.committed and running.device != work.device:
            _make_way(work, running)
    gate = issuing_gate.judge(work, at_kiosk, person, reason)
    if gate.obstacles:
        raise Refused(IssuingRefusal.NOT_ELIGIBLE, gate.obstacles[0].value)
    fen = _accept(work, person, reason, quote_number)
    number = writes.next_number(work.connection, "A", applications.c.number, work.now)
    now = work.now.isoformat()
    work.connection.execute(
        applications.insert().values(
            number=number, person_id=person.id, mode=Mode.INSTANT.value, state=ApplicationState.ACCEPTED.value,
            reason=reason.value, quote=quote_number, fen=fen, photo=gate.photo.value, device=work.device, opened=now,
            touched=now, due="", latest="", provisional=0, priority=0, card_number="", payment="", old_card="",
            committed="", commits=0, whereabouts="",
        )
    )  # fmt: skip
    work.connection.execute(insert(openings).values(opening_key=key, application=number))
    work.note(number, "opened")
    if mode is Mode.DEFERRED:
        _queue(work, number, person)
    return view(work, row(work, number))


def _make_way(work: Work, running: Row[Any]) -> None:
    """Raises Refused (in progress elsewhere, with the device) while that kiosk may still go on."""
    silent = work.now - datetime.fromisoformat(running.touched)
    if running.state != ApplicationState.ACCEPTED or silent < STALE:
        raise Refused(RefusalCode.IN_PROGRESS_ELSEWHERE, running.device)
    set_fields(work, running.number, state=ApplicationState.WITHDRAWN.value)
    work.note(running.number, "made_way")


def _accept(work: Work, person: PersonRow, reason: Reason, number: str) -> int:
    found = work.connection.execute(select(quotes).where(quotes.c.number == number)).first()
    used = select(applications.c.number).where(applications.c.quote == number)
    if (
        found is None
        or (found.person_id, found.reason) != (person.id, reason)
        or datetime.fromisoformat(found.lapses) <= work.now
        or work.connection.execute(used).first() is not None
    ):
        raise Refused(IssuingRefusal.QUOTE_LAPSED)
    return int(found.fen)


def submit_photo(work: Work, number: str, picture: bytes) -> Application:
    """Cause 4 cured by a picture taken now."""
    application = mine(work, number)
    if fault := issuing_photo.fault_of(picture):
        raise Refused(IssuingRefusal.PHOTO_UNACCEPTABLE, fault)
    return _photo_on_file(work, application, picture)


def use_photo_receipt(work: Work, number: str, receipt: str) -> Application:
    """Cause 4 cured by what a photographer sent in."""
    application = mine(work, number)
    wanted = (photo_receipts.c.receipt == receipt, photo_receipts.c.person_id == application.person_id)
    found = work.connection.execute(select(photo_receipts.c.picture).where(*wanted)).scalar()
    if found is None:
        raise Refused(IssuingRefusal.PHOTO_RECEIPT_UNKNOWN)
    return _photo_on_file(work, application, found)


def _photo_on_file(work: Work, application: Row[Any], picture: bytes) -> Application:
    work.connection.execute(photos.delete().where(photos.c.person_id == application.person_id))
    work.connection.execute(photos.insert().values(person_id=application.person_id, picture=picture))
    set_fields(work, application.number, photo=PhotoNeed.ON_FILE.value)
    work.note(application.number, "photo")
    return view(work, row(work, application.number))


def base_photo(work: Work, number: str) -> bytes:
    """The picture on file. Raises Refused (photo needed)."""
    application = mine(work, number)
    if application.photo != PhotoNeed.ON_FILE:
        raise Refused(IssuingRefusal.PHOTO_NEEDED)
    sent_in = select(photos.c.picture).where(photos.c.person_id == application.person_id)
    picture = work.connection.execute(sent_in).scalar()
    return bytes(picture) if picture is not None else issuing_photo.portrait(application.person_id)


def settle_old_card(work: Work, number: str, fate: OldCardFate) -> Application:
    """A card reported lost is stopped at once; one handed in works until the new one is bound."""
    application = mine(work, number)
    old = holdings.of_person(work.connection, application.person_id)
    if fate is OldCardFate.REPORTED_LOST and old is not None and old.social_side != CardSide.CANCELLED:
        holdings.change(work.connection, old, CardSide.LOST, work.now)
    set_fields(work, number, old_card=fate.value)
    work.note(number, f"old_card_{fate.value}")
    return view(work, row(work, number))


def defer(work: Work, number: str) -> Application:
    """Into the queue of cards made centrally. A second time: as it is."""
    application = mine(work, number)
    if application.mode == Mode.DEFERRED:
        return view(work, application)
    if application.committed:
        raise Refused(IssuingRefusal.ALREADY_COMMITTED)
    if application.state != ApplicationState.ACCEPTED:
        raise Refused(IssuingRefusal.ANOTHER_CARD_RESERVED)
    _queue(work, number, identify.person_by_id(work.connection, application.person_id))
    return view(work, row(work, number))


def _queue(work: Work, number: str, person: PersonRow) -> None:
    rules = work.rules
    due = work.desk.calendar.after(work.today, rules.delivery_days)
    latest = work.desk.calendar.after(work.today, rules.delivery_max_days)
    set_fields(
        work, number, mode=Mode.DEFERRED.value, due=due.day.isoformat(), latest=latest.day.isoformat(),
        provisional=int(latest.provisional), priority=int(issuing_gate.in_priority_group(work, person)),
    )  # fmt: skip
    work.note(number, "deferred")


def withdraw(work: Work, opening_key: str) -> None:
    """End it, or see to it that it cannot be opened any more."""
    number = number_by_key(work, opening_key)
    if number is None:
        work.connection.execute(
            insert(abandoned).prefix_with("OR IGNORE").values(opening_key=opening_key, at=work.now.isoformat())
        )
        return
    application = row(work, number)
    if application.state == ApplicationState.WITHDRAWN:
        return
    _be_mine(work, application)
    if application.committed:
        raise Refused(IssuingRefusal.ALREADY_COMMITTED)
    if application.state == ApplicationState.PRODUCING:
        raise Refused(IssuingRefusal.ANOTHER_CARD_RESERVED)
    set_fields(work, number, state=ApplicationState.WITHDRAWN.value)
    work.note(number, "withdrawn")


# -- telling -----------------------------------------------------------------------------------------------------------


def number_by_key(work: Work, opening_key: str) -> str | None:
    """The application that a request to open led to."""
    wanted = select(openings.c.application).where(openings.c.opening_key == opening_key)
    found: str | None = work.connection.execute(wanted).scalar()
    return found


def row(work: Work, number: str) -> Row[Any]:
    """Raises Refused (application unknown)."""
    found = work.connection.execute(select(applications).where(applications.c.number == number)).first()
    if found is None:
        raise Refused(IssuingRefusal.APPLICATION_UNKNOWN)
    return found


def mine(work: Work, number: str) -> Row[Any]:
    """An application that this kiosk may go on with; it is noted that it does. Raises Refused."""
    found = row(work, number)
    _be_mine(work, found)
    if found.state in (ApplicationState.WITHDRAWN, ApplicationState.COLLECTED):
        raise Refused(IssuingRefusal.APPLICATION_CLOSED)
    set_fields(work, number, touched=work.now.isoformat())
    return found


def _be_mine(work: Work, application: Row[Any]) -> None:
    if application.mode == Mode.INSTANT and application.device != work.device:
        raise Refused(RefusalCode.IN_PROGRESS_ELSEWHERE, application.device)


def set_fields(work: Work, number: str, **values: object) -> None:
    """Change columns of an application."""
    work.connection.execute(update(applications).where(applications.c.number == number).values(**values))


def view(work: Work, application: Row[Any]) -> Application:
    """As kiosks are told."""
    held = select(reservations.c.serial, stock.c.bank).join(stock, stock.c.serial == reservations.c.serial)
    held = held.where(reservations.c.application == application.number, reservations.c.state.in_(("open", "bound")))
    card = work.connection.execute(held).first()
    state = ApplicationState(application.state)
    unfinished = state in (ApplicationState.ACCEPTED, ApplicationState.PRODUCING)
    if unfinished and application.latest and work.today.isoformat() > application.latest:
        state = ApplicationState.OVERDUE
    return Application(
        number=application.number,
        mode=Mode(application.mode),
        state=state,
        reason=Reason(application.reason),
        fen=application.fen,
        photo=PhotoNeed(application.photo),
        device=application.device,
        opened_at=datetime.fromisoformat(application.opened),
        bank="" if card is None else card.bank,
        serial="" if card is None else card.serial,
        committed_at=datetime.fromisoformat(application.committed) if application.committed else None,
        whereabouts=Whereabouts(application.whereabouts) if application.whereabouts else None,
        slip=_slip(work, application) if application.mode == Mode.DEFERRED else None,
    )


def queue(work: Work) -> list[str]:
    """Applications waiting for a centrally made card: the first group first, then first come."""
    waiting = (applications.c.mode == Mode.DEFERRED.value, applications.c.state == ApplicationState.ACCEPTED.value)
    order = (applications.c.priority.desc(), applications.c.opened, applications.c.number)
    return list(work.connection.execute(select(applications.c.number).where(*waiting).order_by(*order)).scalars())


def _slip(work: Work, application: Row[Any]) -> PickupSlip:
    waiting = queue(work)
    offices = work.desk.pack.office
    return PickupSlip(
        due=date.fromisoformat(application.due),
        latest=date.fromisoformat(application.latest),
        provisional=bool(application.provisional),
        position=waiting.index(application.number) + 1 if application.number in waiting else 0,
        priority=bool(application.priority),
        place=offices[0].line() if offices else "",
    )


def fee_lines(work: Work, day: date) -> tuple[FeeLine, ...]:
    """This kiosk's applications opened on a day of the kiosk's zone."""
    start = datetime.combine(day, datetime.min.time(), KIOSK_ZONE).astimezone(work.now.tzinfo)
    opened = func.datetime(applications.c.opened)
    within = (
        opened >= func.datetime(start.isoformat()),
        opened < func.datetime((start + timedelta(days=1)).isoformat()),
        applications.c.device == work.device,
    )
    found = work.connection.execute(select(applications).where(*within).order_by(applications.c.number))
    return tuple(FeeLine(each.number, each.payment, each.fen, bool(each.commits)) for each in found)
