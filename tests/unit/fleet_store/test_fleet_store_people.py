"""What people do: commands with a second person, tickets, the audit trail that shows every change."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine, delete, select, update

from kiosk.fleet.store import audit, commands, kiosks, spans, tickets
from kiosk.fleet.store.tables_alerts import audit as audit_table
from kiosk.fleet.store.tables_alerts import audit_head

NOW = 1_800_000_000_000


@pytest.fixture
def fleet(engine: Engine) -> Engine:
    with engine.begin() as connection:
        kiosks.register(connection, NOW, "ann", "K0001", name="Hall one", line="L1", site="S1")
    return engine


def reply(number: str, step: int, state: str, of: str = "K0001") -> dict[str, object]:
    return {
        "kiosk": of, "command": number, "step": step, "state": state, "at": NOW, "received_at": NOW, "refusal": None,
        "facts": {}, "content": None, "content_type": "",
    }  # fmt: skip


def test_a_risky_command_needs_another_person(fleet: Engine) -> None:
    with fleet.begin() as connection:
        made = commands.propose(connection, NOW, "ann", "K0001", "restart_machine")
        assert commands.due(connection, NOW) == []
        with pytest.raises(commands.CommandError, match="cannot approve"):
            commands.approve(connection, NOW, "ann", made.id)
        assert [row.id for row in commands.waiting_for_approval(connection, NOW)] == [made.id]
        approved = commands.approve(connection, NOW + 60_000, "bob", made.id)
        assert (approved.state, approved.approved_by) == ("ready", "bob")
        assert [row.id for row in commands.due(connection, NOW + 60_000)] == [made.id]
        with pytest.raises(commands.CommandError):
            commands.approve(connection, NOW, "cyd", made.id)


def test_a_command_is_sent_until_it_is_answered_or_expires(fleet: Engine) -> None:
    with fleet.begin() as connection:
        one = commands.propose(connection, NOW, "ann", "K0001", "restart_device", {"device": "scanner"})
        two = commands.propose(connection, NOW, "ann", "K0001", "page_attendant")
        commands.sent(connection, NOW, one.id)
        assert [row.id for row in commands.due(connection, NOW + 1)] == [two.id]
        assert {row.id for row in commands.due(connection, NOW + commands.AGAIN_AFTER)} == {one.id, two.id}
        with pytest.raises(commands.CommandError):
            commands.withdraw(connection, NOW, "ann", one.id)
        assert commands.answered(connection, NOW, reply(one.id, 2, "running"))
        assert commands.answered(connection, NOW, reply(one.id, 1, "received"))
        assert not commands.answered(connection, NOW, reply(one.id, 2, "running"))
        assert commands.find(connection, one.id).state == "running"  # type: ignore[union-attr]
        assert commands.expire(connection, NOW + 600_000) == 1
        assert commands.find(connection, two.id).state == "expired"  # type: ignore[union-attr]
        assert commands.due(connection, NOW + 600_000) == []
        assert commands.answered(connection, NOW, reply(one.id, 3, "done", of="K0666"))
        assert commands.find(connection, one.id).state == "running"  # type: ignore[union-attr]
        assert [row.step for row in commands.replies(connection, one.id)] == [1, 2]
        actions = [each.action for each in audit.entries(connection, subject=f"command:{one.id}")]
    assert actions == ["command.reply_unasked", "command.running", "command.propose"]


@pytest.mark.parametrize(
    ("verb", "arguments", "words"),
    [("explode", {}, "no such command"), ("test_device", {}, "is missing"), ("send_logs", {"lines": 0}, "from 1")],
)
def test_a_command_that_makes_no_sense_is_refused(
    fleet: Engine, verb: str, arguments: dict[str, str | bool | int], words: str
) -> None:
    with fleet.begin() as connection, pytest.raises(commands.CommandError, match=words):
        commands.propose(connection, NOW, "ann", "K0001", verb, arguments)


def test_a_ticket_has_notes_parts_and_an_end(fleet: Engine) -> None:
    with fleet.begin() as connection:
        number = tickets.open_ticket(connection, NOW, "ann", "K0001", "scanner", "scanner.absent", "high")
        low = tickets.open_ticket(connection, NOW, "ann", "K0001", "card_printer", "card_printer.ribbon_low", "low")
        assert [row.id for row in tickets.open_tickets(connection)] == [number, low]
        tickets.take(connection, NOW, "ann", number, "bob")
        tickets.note(connection, NOW, "bob", number, "cable", {"usb cable": 1})
        with pytest.raises(tickets.TicketError, match="empty"):
            tickets.note(connection, NOW, "bob", number, " ")
        tickets.close(connection, NOW, "bob", number)
        with pytest.raises(tickets.TicketError, match="closed"):
            tickets.note(connection, NOW, "bob", number, "more")
        assert [(row.text, row.parts) for row in tickets.notes(connection, number)] == [("cable", {"usb cable": 1})]


def test_the_audit_trail_shows_what_was_done_to_it(fleet: Engine) -> None:
    with fleet.begin() as connection:
        for number in range(5):
            audit.append(connection, NOW + number, "ann", audit.Action.KIOSK_DESCRIBE, "thing:1", {"number": number})
        known = audit.head(connection)
        assert known[0] == 6
        assert audit.verify(connection, [known]) is None
    harms = (
        (update(audit_table).where(audit_table.c.number == 3).values(actor="bob"), 3),
        (delete(audit_table).where(audit_table.c.number == 4), 4),
        (delete(audit_table).where(audit_table.c.number == 6), 6),
        (update(audit_head).values(hash="0" * 64), 7),
    )
    for harm, shows in harms:
        with fleet.connect() as connection:
            connection.execute(harm)
            assert audit.verify(connection) == shows
            connection.rollback()
    with fleet.begin() as connection:
        assert audit.verify(connection, [(6, "f" * 64)]) == 6
        assert audit.verify(connection, [(9, "f" * 64)]) == 7


def test_many_add_to_the_audit_trail_at_once(fleet: Engine) -> None:
    def add() -> None:
        for number in range(10):
            with fleet.begin() as connection:
                audit.append(connection, NOW, "ann", audit.Action.KIOSK_DESCRIBE, f"thing:{number}")

    threads = [threading.Thread(target=add) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with fleet.begin() as connection:
        assert audit.verify(connection) is None
        assert len(connection.execute(select(audit_table.c.number)).all()) == 41


def test_published_hours_are_those_of_the_kiosks_zone() -> None:
    week = [[[510, 720], [810, 1050]]] * 5 + [[], []]
    friday = 1_800_000_000_000 // 86_400_000 * 86_400_000 - 8 * 3_600_000  # midnight in China, 2027-01-15
    open_hours = spans.published(week, friday, friday + 3 * 86_400_000)
    assert [((a - friday) // 60_000, (b - friday) // 60_000) for a, b in open_hours] == [(510, 720), (810, 1050)]
    assert spans.without([(0, 10)], [(2, 3), (5, 7)]) == [(0, 2), (3, 5), (7, 10)]
    assert spans.within([(0, 10)], [(2, 3), (9, 20)]) == [(2, 3), (9, 10)]


def test_who_looks_for_somebody_or_something_finds_it(engine: Engine) -> None:
    with engine.begin() as connection:
        for actor, action, subject, facts in (
            ("li", audit.Action.ACCOUNT_SIGN_IN, "account:li", {}),
            ("fleet", audit.Action.ALERT_OPENED, "alert:12", {"kiosk": "K0001"}),
            ("wang", audit.Action.KIOSK_DESCRIBE, "kiosk:K0001", {}),
            ("wang", audit.Action.KIOSK_DESCRIBE, "kiosk:K00010", {"name": "li"}),
            ("wang", audit.Action.COMMAND_PROPOSE, "command:ab", {"kiosk": "K00010"}),
        ):
            audit.append(connection, NOW, actor, action, subject, facts)

        def found(about: str) -> list[int]:
            return [each.number for each in audit.entries(connection, about=about)]

        assert found("K0001") == [3, 2]
        assert found("li") == [1]
        assert found("wang") == [5, 4, 3]
        assert found("12") == [2]
        assert found("%") == []
        assert found("") == [5, 4, 3, 2, 1]
