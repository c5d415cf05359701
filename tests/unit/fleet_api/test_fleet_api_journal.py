"""Searching what kiosks told: by each thing it can be searched by, in pages, as a table; nothing personal is shown."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from fleet_api_stand import HOUR, Stand
from fleet_databases import empty, engine, postgres
from sqlalchemy import Engine

from kiosk.fleet.access.roles import Role
from kiosk.fleet.desk import journal
from kiosk.fleet.desk.errors import Wrong
from kiosk.fleet.desk.journal import Search
from kiosk.fleet.messages import BusinessOutcome, Capabilities, DeviceState, Event, EventName, Result, Telemetry
from kiosk.fleet.store import intake

__all__ = ["empty", "engine", "postgres"]

NOW = 1_800_000_000_000
JAM = "receipt_printer.cutter_jammed"
TOLD = (
    Event(event=EventName.STARTED, facts={"version": "0.1.0"}),
    Event(event=EventName.DOOR_OPENED, device="cabinet", facts={"door": "vault", "exchange": False}),
    DeviceState(device="receipt_printer", kind="receipt_printer", state="userError", fault=JAM, faults=(JAM,)),
    DeviceState(device="receipt_printer", kind="receipt_printer", state="online"),
    BusinessOutcome(service="issue", result=Result.ABANDONED, step="consent", means="card"),
    BusinessOutcome(service="query", result=Result.DONE, means="card"),
    Capabilities(works=("query",), lost={"print": "receipt_printer"}),
)


def fill(engine: Engine, *kiosks: str) -> None:
    messages = [
        Telemetry(
            kiosk=kiosk, journal="a" * 32, sequence=number, boot="b" * 32, happened_at=NOW + number * 1000 + place,
            sent_at=NOW, body=body, late=number == 3,
        )
        for place, kiosk in enumerate(kiosks)
        for number, body in enumerate(TOLD, 1)
    ]  # fmt: skip
    with engine.begin() as connection:
        intake.store_telemetry(connection, [(each, NOW + 10_000) for each in messages], known=set())


def found(engine: Engine, **wanted: Any) -> list[tuple[str, int]]:
    rows = journal.search(engine, Search(**{"since": NOW, "until": NOW + 60_000, **wanted}))
    return [(row.kiosk, row.sequence) for row in rows]


def test_it_is_found_by_each_thing_and_by_several(engine: Engine) -> None:
    fill(engine, "K0001", "K0002")
    assert found(engine) == [(kiosk, number) for number in range(7, 0, -1) for kiosk in ("K0002", "K0001")]
    assert found(engine, kiosk="K0002") == [("K0002", number) for number in range(7, 0, -1)]
    assert found(engine, since=NOW + 3000, until=NOW + 4000) == [("K0001", 4), ("K0002", 3), ("K0001", 3)]
    assert found(engine, kind="capabilities", kiosk="K0001") == [("K0001", 7)]
    assert found(engine, event="door_opened") == [("K0002", 2), ("K0001", 2)]
    assert found(engine, device="receipt_printer", kiosk="K0001") == [("K0001", 4), ("K0001", 3)]
    assert found(engine, fault=JAM) == found(engine, fault="receipt_printer") == [("K0002", 3), ("K0001", 3)]
    assert found(engine, fault="receipt") == []
    assert found(engine, service="issue", result="abandoned", kiosk="K0001") == [("K0001", 5)]
    assert found(engine, kind="event", device="cabinet", event="started") == []


def test_pages_follow_each_other_without_a_gap(engine: Engine) -> None:
    fill(engine, "K0001", "K0002")
    whole = found(engine)
    wanted = Search(NOW, NOW + 60_000)
    paged: list[tuple[str, int]] = []
    while page := journal.search(engine, wanted, 3):
        paged += [(row.kiosk, row.sequence) for row in page]
        wanted = Search(NOW, NOW + 60_000, before=page[-1].key)
    assert paged == whole


def test_the_routes_answer_and_refuse(stand: Stand) -> None:
    engineer = stand.client(Role.ENGINEER)
    times = {"since": stand.now - 2 * HOUR, "until": stand.now}
    rows = engineer.get("/api/v1/journal", params={**times, "kiosk": "K0002", "event": "started", "limit": 2}).json()
    assert [(row["sequence"], row["body"]["event"]) for row in rows] == [(5, "started"), (4, "started")]
    more = engineer.get("/api/v1/journal", params={**times, "before": rows[-1]["key"]}).json()
    assert [row["sequence"] for row in more] == [3, 2, 1]
    assert stand.client(Role.OPERATOR).get("/api/v1/journal", params=times).status_code == 403
    for wrong in (
        {"since": times["until"], "until": times["since"]},
        {"since": 0, "until": times["until"]},
        {**times, "event": "made_up"},
        {**times, "before": "x"},
        {**times, "device": "' OR 1=1 --"},
    ):
        assert engineer.get("/api/v1/journal", params=wrong).status_code == 422, wrong
    answer = engineer.get("/api/v1/journal.csv", params={**times, "kiosk": "K0002"})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [line["sequence"] for line in lines] == ["5", "4", "3", "2", "1"]
    assert json.loads(lines[0]["body"]) == {"event": "started", "facts": {}}
    assert engineer.get("/api/v1/journal.csv", params={**times, "kiosk": "K0009"}).text.count("\n") == 1


def test_what_a_kiosk_should_never_have_told_is_not_shown(stand: Stand) -> None:
    """Numbers of nobody (region 990101), in every place where a text can be."""
    number, card, phone = "990101199001010022", "622848001234567890", 13900001234
    told = Event(event=EventName.STARTED, device="x", facts={"id": number, "card": f"no {card}", "phone": phone})
    message = Telemetry(
        kiosk="K0001", journal="c" * 32, sequence=1, boot="b" * 32, happened_at=stand.now, sent_at=stand.now, body=told
    )
    with stand.engine.begin() as connection:
        intake.store_telemetry(connection, [(message, stand.now)], known={"K0001"})
    times = {"since": stand.now - HOUR, "until": stand.now}
    for route in ("journal", "journal.csv"):
        seen = stand.client(Role.ENGINEER).get(f"/api/v1/{route}", params={**times, "kiosk": "K0001"}).text
        assert "started" in seen
        assert not any(str(each) in seen for each in (number, card, phone))
        assert "990***********0022" in seen


def test_a_search_covers_a_month_at_most() -> None:
    with pytest.raises(Wrong, match="31 days"):
        journal.search(None, Search(0, journal.LONGEST + 1))  # type: ignore[arg-type]
