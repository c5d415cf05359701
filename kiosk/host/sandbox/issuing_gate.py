"""The gate: who may apply, for which reasons, and what stands against it (rules: issuing, decision 4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, select

from devices.id_reader.numbers import age
from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_values import ApplicationState, Eligibility, HolderRecord, Mode, Obstacle, OldCard, PhotoNeed
from kiosk.host.port import CardSide, RefusalCode
from kiosk.host.sandbox import blacklist, holdings, identify, shapes
from kiosk.host.sandbox.issuing_desk import Work
from kiosk.host.sandbox.issuing_store import applications, guardians, photos
from kiosk.host.sandbox.people import CardRow, PersonRow
from kiosk.host.sandbox.refusals import Refused
from kiosk.host.sandbox.store import corrections

NOT_OVER = applications.c.state.notin_((ApplicationState.COLLECTED.value, ApplicationState.WITHDRAWN.value))
_GONE = (CardSide.CANCELLED, CardSide.STOPPED)
_REPORTED = (CardSide.LOST, CardSide.TEMPORARY_LOSS)


def applicant(work: Work, proof: shapes.IdCardProof) -> PersonRow:
    """Whose card it will be. Raises Refused: causes 1 to 3, document expired."""
    return identify.of_any_age(work.connection, proof, work.today)


def judge(work: Work, at_kiosk: int, person: PersonRow, reason: Reason | None) -> Eligibility:
    """``at_kiosk``: the person of the session. Raises Refused for an adult who is somebody else."""
    old = holdings.of_person(work.connection, person.id)
    reasons = tuple(_reasons(work, person, old))
    running = open_application(work, person.id)
    obstacles = list(_obstacles(work, at_kiosk, person, old, running))
    if reason is not None and reason not in reasons:
        lives = old is not None and old.social_side not in _GONE
        obstacles.append(Obstacle.HAS_CARD if reason is Reason.FIRST and lives else Obstacle.REASON_DOES_NOT_APPLY)
    return Eligibility(
        obstacles=tuple(obstacles),
        reasons=reasons,
        photo=photo_need(work, person),
        holder=holder_record(person),
        old_card=None if old is None else _old_card(work, old),
        open_application="" if running is None else running.number,
        device="" if running is None else running.device,
    )


def open_application(work: Work, person_id: int) -> Row[Any] | None:
    """The person's application that is not over; there is at most one."""
    return work.connection.execute(select(applications).where(applications.c.person_id == person_id, NOT_OVER)).first()


def _obstacles(
    work: Work, at_kiosk: int, person: PersonRow, old: CardRow | None, running: Row[Any] | None
) -> Iterator[Obstacle]:
    rules = work.rules
    if not rules.individual_may_apply:
        yield Obstacle.INDIVIDUAL_NOT_ALLOWED
    if _age(work, person) < rules.guardian_max_age:
        if not _is_guardian(work, at_kiosk, person.id):
            yield Obstacle.GUARDIAN_NEEDED
    elif at_kiosk != person.id:
        raise Refused(RefusalCode.NOT_ALLOWED, "an adult applies in person")
    if not person.insured_here:
        yield Obstacle.NOT_INSURED_HERE
    in_order = old is not None and old.social_side not in (*_GONE, *_REPORTED)
    if in_order and old is not None and blacklist.contains(work.connection, old.identifier):
        yield Obstacle.BLACKLISTED
    if running is not None:
        under_way = running.mode == Mode.INSTANT and not running.committed
        elsewhere = running.device != work.device
        yield Obstacle.IN_PROGRESS_ELSEWHERE if under_way and elsewhere else Obstacle.OPEN_APPLICATION


def _reasons(work: Work, person: PersonRow, old: CardRow | None) -> Iterator[Reason]:
    if old is None:
        yield Reason.FIRST
        return
    yield Reason.LOST
    if old.social_side in _REPORTED:
        return
    yield from (Reason.DAMAGED, Reason.DEMAGNETISED, Reason.RENAMED)
    if old.social_side in _GONE:
        return
    if _in_warranty(work, old):
        yield Reason.CHIP_FAULT_IN_WARRANTY
    if _correction_upheld(work, person.id):
        yield Reason.ISSUER_ERROR
    until = date.fromisoformat(old.bank_valid_until) if old.bank_valid_until else None
    if until is not None and work.today >= until - timedelta(days=work.rules.renewal_window_days):
        yield Reason.EXPIRED
    if not old.generation.startswith("3"):
        yield Reason.UPGRADE


def _correction_upheld(work: Work, person_id: int) -> bool:
    """The issuer's error is on record: the sandbox upholds every correction case."""
    return work.connection.execute(select(corrections).where(corrections.c.person_id == person_id)).first() is not None


def _in_warranty(work: Work, old: CardRow) -> bool:
    return bool(old.issued) and work.desk.fees.in_warranty(date.fromisoformat(old.issued), work.today)


def _is_guardian(work: Work, at_kiosk: int, child: int) -> bool:
    known = select(guardians).where(guardians.c.guardian_id == at_kiosk, guardians.c.child_id == child)
    return work.connection.execute(known).first() is not None


def _age(work: Work, person: PersonRow) -> int:
    return age(date.fromisoformat(person.birth_date), work.today)


def in_priority_group(work: Work, person: PersonRow) -> bool:
    """F36: whose card is made before the others'."""
    return _age(work, person) >= work.rules.delivery_priority_age


def photo_need(work: Work, person: PersonRow) -> PhotoNeed:
    """Cause 4 is ``needed``."""
    if _age(work, person) < work.rules.photo_min_age:
        return PhotoNeed.NOT_NEEDED
    later = work.connection.execute(select(photos.c.picture).where(photos.c.person_id == person.id)).first()
    on_file = person.photo_on_file if later is None else later.picture is not None
    return PhotoNeed.ON_FILE if on_file else PhotoNeed.NEEDED


def holder_record(person: PersonRow) -> HolderRecord:
    """As it will be on the card."""
    digits = person.number[:6]
    return HolderRecord(
        name=person.name,
        number=person.number,
        sex=person.sex,
        nation=person.nation,
        birth_date=date.fromisoformat(person.birth_date),
        birthplace=digits if digits.isdigit() else "",
        phone=person.phone,
        address=person.address,
    )


def _old_card(work: Work, old: CardRow) -> OldCard:
    return OldCard(
        card_number=old.card_number,
        serial=old.identifier[16:24],
        generation=old.generation,
        issued=date.fromisoformat(old.issued) if old.issued else None,
        social_side=old.social_side,
        bank_name=old.bank_name,
        bank_last_four=old.bank_last_four,
        in_warranty=_in_warranty(work, old),
    )
