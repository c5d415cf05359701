"""What the routes answer and what they leave behind."""

from __future__ import annotations

import csv
import io

import pytest
from fleet_api_stand import HOUR, PASSWORD, Stand, put
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from kiosk.fleet.access.roles import Role
from kiosk.fleet.alerts import book
from kiosk.fleet.alerts.findings import Finding
from kiosk.fleet.desk import overview
from kiosk.fleet.store import tables, tables_alerts

DAYS = {"first": "2026-11-20", "last": "2026-11-22"}


def test_the_glance_counts_and_puts_the_worst_first(stand: Stand) -> None:
    found = stand.client(Role.VIEWER).get("/api/v1/overview").json()
    assert found["total"] == 3
    assert found["standings"] == {"offline": 1, "out": 0, "limited": 1, "fine": 1, "unknown": 0}
    assert [row["id"] for row in found["first"]] == ["K0003", "K0002"]
    assert found["first"][1]["worst"]["code"] == "card_printer.ribbon_out"
    assert found["first"][1]["lost"] == {"issue": "card_printer.ribbon_out"}
    assert found["able"]["issue"] == 1
    assert [(hall["site"], len(hall["kiosks"]), hall["wrong"]) for hall in found["halls"]] == [
        ("", 1, 1),
        ("east", 2, 1),
    ]


def test_kiosks_are_found_by_number_name_or_hall_and_come_in_pages(stand: Stand) -> None:
    client = stand.client(Role.VIEWER)

    def ids(**query: str | int) -> list[str]:
        return [row["id"] for row in client.get("/api/v1/kiosks", params=query).json()]

    assert ids() == ["K0001", "K0002", "K0003"]
    assert ids(find="二号") == ["K0002"]
    assert ids(site="east") == ["K0001", "K0002"]
    assert ids(standing="offline") == ["K0003"]
    assert ids(limit=1, after="K0001") == ["K0002"]


def test_one_kiosk_shows_what_is_wrong_and_what_to_do(stand: Stand) -> None:
    client = stand.client(Role.VIEWER)
    found = client.get("/api/v1/kiosks/K0002").json()
    (device,) = found["devices"]
    assert (device["wrong"], device["severity"]) == (True, "warning")
    assert "色带" in device["remedy"]["zh"]
    assert found["missing"] == 2
    line = client.get("/api/v1/kiosks/K0002/timeline", params={"limit": 3}).json()
    assert [each["key"].partition(".")[2] for each in line] == ["5", "4", "3"]
    before = client.get("/api/v1/kiosks/K0002/timeline", params={"before": line[-1]["key"]}).json()
    assert [each["key"].partition(".")[2] for each in before] == ["2", "1"]
    assert client.get("/api/v1/kiosks/K9999").status_code == 404


def test_a_part_that_says_all_is_well_is_lit_while_an_alert_says_otherwise(stand: Stand) -> None:
    def lit() -> tuple[bool, str | None]:
        (device,) = stand.client(Role.VIEWER).get("/api/v1/kiosks/K0001").json()["devices"]
        return device["wrong"], device["severity"]

    with stand.engine.begin() as connection:
        book.open_alert(connection, stand.now, "K0001", Finding("card_printer", "fleet.supply_low", stand.now))
        book.open_alert(connection, stand.now, "K0001", Finding("cabinet", "fleet.door_forced", stand.now))
    assert lit() == (False, None)  # a notice, and another part
    with stand.engine.begin() as connection:
        book.open_alert(connection, stand.now, "K0001", Finding("card_printer", "fleet.tampered", stand.now))
    assert lit() == (True, "critical")


def test_one_kiosks_counters_tell_of_wear(stand: Stand) -> None:
    client = stand.client(Role.VIEWER)
    found = {each["what"]: each for each in client.get("/api/v1/kiosks/K0001").json()["wear"]}
    assert found.keys() == {"card_jams", "card_retries", "head_hot"}
    assert found["head_hot"] == {"what": "head_hot", "times": 1, "of": 2000, "per_thousand": 0.5}
    assert client.get("/api/v1/kiosks/K0002").json()["wear"] == []


def test_an_alert_is_taken_once_noted_and_settled_by_hand_only_where_that_is_due(stand: Stand) -> None:
    operator, engineer = stand.client(Role.OPERATOR), stand.client(Role.ENGINEER)
    taken = operator.post("/api/v1/alerts/1/acknowledgement").json()
    assert (taken["state"], taken["acknowledged_by"]) == ("acknowledged", "operator")
    assert operator.post("/api/v1/alerts/1/acknowledgement").status_code == 409
    noted = operator.post("/api/v1/alerts/1/notes", json={"text": " 已通知厅内 "}).json()
    assert noted["history"][-1] == {
        "at": stand.now,
        "what": "noted",
        "by": "operator",
        "facts": {"text": "已通知厅内"},
    }
    assert operator.post("/api/v1/alerts/1/notes", json={"text": "  "}).status_code == 422
    assert engineer.post("/api/v1/alerts/1/settlement").status_code == 409
    settled = engineer.post("/api/v1/alerts/2/settlement", json={"text": "The hall's own electrician."}).json()
    assert settled["state"] == "cleared"
    assert "The hall's own electrician." in [each["facts"].get("text") for each in settled["history"]]
    assert engineer.post("/api/v1/alerts/99/settlement").status_code == 404


def test_an_alert_is_taken_with_a_word_and_escalated_with_the_reason(stand: Stand) -> None:
    with stand.engine.begin() as connection:
        for level, name in enumerate(("duty", "head", "chief")):
            letter_box = {"name": name, "channel": "email", "address": f"{name}@example.org", "level": level}
            connection.execute(tables_alerts.contact.insert().values(**letter_box))
    operator = stand.client(Role.OPERATOR)
    taken = operator.post("/api/v1/alerts/1/acknowledgement", json={"text": "我过去看"}).json()
    assert (taken["state"], [each["facts"] for each in taken["notes"]]) == ("acknowledged", [{"text": "我过去看"}])
    assert operator.post("/api/v1/alerts/1/escalation", json={"text": " "}).status_code == 422
    raised = operator.post("/api/v1/alerts/1/escalation", json={"text": "没有备件"}).json()
    assert (raised["alert"]["state"], raised["alert"]["level"], raised["told"]) == ("escalated", 1, 1)
    assert [each["facts"].get("text") for each in raised["alert"]["notes"]] == ["我过去看", "没有备件"]
    with stand.engine.connect() as connection:
        contact, delivery = tables_alerts.contact.c, tables_alerts.delivery
        wanted = select(contact.name).join(delivery, delivery.c.contact == contact.id).where(delivery.c.alert == 1)
        assert connection.execute(wanted).scalars().all() == ["head"]
    entry = stand.client(Role.ENGINEER).get("/api/v1/audit").json()[0]
    assert (entry["actor"], entry["action"], entry["facts"]) == (
        "operator", "alert.escalated", {"level": 1, "text": "没有备件"},
    )  # fmt: skip
    levels = [operator.post("/api/v1/alerts/1/escalation", json={"text": "再上"}) for _ in range(9)]
    assert [each.json().get("told") for each in levels] == [1, *[0] * 7, None]
    assert levels[-1].status_code == 409
    stand.client(Role.ENGINEER).post("/api/v1/alerts/2/settlement")
    assert operator.post("/api/v1/alerts/2/escalation", json={"text": "晚了"}).status_code == 409


def test_a_command_names_a_part_that_the_kiosk_has_as_far_as_it_has_told(stand: Stand) -> None:
    client = stand.client(Role.ENGINEER)
    for device in ("receipt_printer", "camera"):
        put(
            stand.engine, tables.device_state, kiosk="K0001", device=device, kind=device, model="", fault=None,
            state="notFitted" if device == "camera" else "online", faults=[], words={}, measures={}, journal="0000aaaa",
            sequence=6, happened_at=stand.now, received_at=stand.now,
        )  # fmt: skip
    for verb in ("test_device", "restart_device"):
        new = {"kiosk": "K0001", "verb": verb, "arguments": {"device": "receipt_printer"}}
        assert client.post("/api/v1/commands", json=new).status_code == 201
        for missing in ("camera", "scanner"):
            new["arguments"] = {"device": missing}
            answer = client.post("/api/v1/commands", json=new)
            said = f"K0001 has no part {missing}; its parts are card_printer, receipt_printer"
            assert (answer.status_code, answer.json()["detail"]) == (422, said)
        new |= {"kiosk": "K0003", "arguments": {"device": "scanner"}}  # which has told nothing
        assert client.post("/api/v1/commands", json=new).status_code == 201


def test_the_audit_trail_is_searched_and_not_for_what_no_database_can_hold(stand: Stand) -> None:
    client = stand.client(Role.ADMINISTRATOR)
    new = {"kiosk": "K0001", "device": "camera", "code": "camera.dirty", "urgency": "normal", "text": "镜头有污渍"}
    number = client.post("/api/v1/tickets", json=new).json()["id"]
    for query in ({"about": "K0001"}, {"subject": f"ticket:{number}"}):
        newest = client.get("/api/v1/audit", params=query).json()[0]
        assert (newest["subject"], newest["facts"].get("kiosk", "K0001")) == (f"ticket:{number}", "K0001")
    for name in ("about", "subject"):
        assert client.get("/api/v1/audit", params={name: "nobody:here"}).json() == []
        assert client.get("/api/v1/audit", params={name: "K\0"}).status_code == 422


def test_a_ticket_is_opened_taken_noted_and_closed(stand: Stand) -> None:
    client = stand.client(Role.OPERATOR)
    new = {"kiosk": "K0001", "device": "camera", "code": "camera.dirty", "urgency": "normal", "text": "镜头有污渍"}
    number = client.post("/api/v1/tickets", json=new).json()["id"]
    path = f"/api/v1/tickets/{number}"
    assert client.patch(path, json={"assignee": "nobody"}).status_code == 422
    assert client.patch(path, json={"assignee": "engineer"}).json()["state"] == "working"
    noted = client.post(f"{path}/notes", json={"text": "换了", "parts": {"镜头": 1}}).json()
    assert noted["notes"][-1]["parts"] == {"镜头": 1}
    assert client.patch(path, json={"closed": True}).json()["state"] == "closed"
    assert client.patch(path, json={"closed": True}).status_code == 409
    assert client.patch(path, json={}).status_code == 422


def test_stock_is_per_bank_and_says_where_to_fill_first(stand: Stand) -> None:
    found = stand.client(Role.VIEWER).get("/api/v1/stock").json()
    (bank,) = found["banks"]
    assert (bank["bank"], bank["cards"], bank["kiosks"], bank["able"], bank["soon"]) == ("north", 80, 2, 1, 1)
    (ribbon,) = found["supplies"]
    assert (ribbon["empty"], ribbon["places"][0][0]) == (1, "K0002")


def test_what_a_kiosk_sent_back_is_given_to_engineers_and_that_is_written_down(stand: Stand) -> None:
    engineer = stand.client(Role.ENGINEER)
    row = next(each for each in engineer.get("/api/v1/commands").json() if each["has_content"])
    answer = engineer.get(f"/api/v1/commands/{row['id']}/content")
    assert (answer.content, answer.headers["content-disposition"]) == (
        b"a line\n",
        f'attachment; filename="{row["id"]}.log"',
    )
    entry = engineer.get("/api/v1/audit").json()[0]
    assert (entry["actor"], entry["action"], entry["subject"]) == (
        "engineer",
        "command.content",
        f"command:{row['id']}",
    )
    other = next(each for each in engineer.get("/api/v1/commands").json() if not each["has_content"])
    assert engineer.get(f"/api/v1/commands/{other['id']}/content").status_code == 404


def test_an_outage_is_taken_out_of_the_count_and_the_trail_says_by_whom(stand: Stand) -> None:
    administrator = stand.client(Role.ADMINISTRATOR)
    since = stand.now - 20 * HOUR
    with stand.engine.begin() as connection:
        connection.execute(
            tables_alerts.silence.insert().values(kiosk="K0001", began_at=since, ended_at=since + 4 * HOUR)
        )

    def service() -> dict[str, object]:
        report = administrator.get("/api/v1/reports/availability", params=DAYS).json()
        return next(row for row in report["kiosks"] if (row["kiosk"], row["facet"]) == ("K0001", "service"))

    before = service()
    assert (before["down"], before["outages"], before["repair"]) == (4 * HOUR, 1, 4 * HOUR)
    new = {"began_at": since, "ended_at": since + 3 * HOUR, "reason": "大厅停电", "site": "east"}
    number = administrator.post("/api/v1/reports/exclusions", json=new).json()["id"]
    after = service()
    assert (after["down"], after["excluded"]) == (HOUR, 3 * HOUR)
    table = administrator.get("/api/v1/reports/exclusions.csv", params=DAYS).text
    assert "大厅停电" in table
    entry = administrator.get("/api/v1/audit").json()[0]
    assert (entry["actor"], entry["action"]) == ("administrator", "availability.exclude")
    assert administrator.delete(f"/api/v1/reports/exclusions/{number}").status_code == 204
    assert service() == before
    backwards = {**new, "ended_at": since - 1}
    assert administrator.post("/api/v1/reports/exclusions", json=backwards).status_code == 422


def test_tables_open_in_a_spreadsheet_and_run_nothing_there(stand: Stand) -> None:
    client, administrator = stand.client(Role.VIEWER), stand.client(Role.ADMINISTRATOR)
    new = {"began_at": stand.now - HOUR, "ended_at": stand.now, "reason": "=1+1"}
    administrator.post("/api/v1/reports/exclusions", json=new)
    answer = client.get("/api/v1/reports/exclusions.csv", params=DAYS)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row["reason"] == "'=1+1"
    lines = list(csv.DictReader(io.StringIO(client.get("/api/v1/reports/availability.csv", params=DAYS).text)))
    assert {"*", "K0001", "K0002", "K0003"} == {line[next(iter(line))] for line in lines}


def test_businesses_by_service_with_where_people_left(stand: Stand) -> None:
    (row,) = stand.client(Role.VIEWER).get("/api/v1/reports/business", params=DAYS).json()["services"]
    assert (row["done"], row["abandoned"], row["refused"], row["failed"]) == (8, 2, 1, 0)
    assert (row["left_at"], row["refused_for"], row["seconds"]) == ({"consent": 2}, {"photo": 1}, {"consent": 5.0})
    steps = stand.client(Role.VIEWER).get("/api/v1/reports/steps.csv", params=DAYS).text.splitlines()
    assert steps == ["\ufeffservice,step,mean_seconds,left_here", "issue,consent,5.0,2"]


@pytest.mark.parametrize(
    "days", [{"first": "2026-11-22", "last": "2026-11-20"}, {"first": "2020-01-01", "last": "2026-01-01"}]
)
def test_a_period_must_make_sense(stand: Stand, days: dict[str, str]) -> None:
    assert stand.client(Role.VIEWER).get("/api/v1/reports/availability", params=days).status_code == 422


def test_an_altered_audit_trail_shows(stand: Stand) -> None:
    client = stand.client(Role.ENGINEER)
    whole = client.get("/api/v1/audit/check").json()
    assert (whole["entries"] > 3, whole["first_wrong"]) == (True, None)
    with stand.engine.begin() as connection:
        connection.execute(update(tables_alerts.audit).where(tables_alerts.audit.c.number == 2).values(actor="another"))
    assert client.get("/api/v1/audit/check").json()["first_wrong"] == 2


def test_quarantined_bytes_are_shown_as_text(stand: Stand) -> None:
    (row,) = stand.client(Role.ENGINEER).get("/api/v1/quarantine").json()
    assert (row["reason"], row["start"]) == ("no JSON", "··a")


def test_a_kiosk_is_described_let_in_and_struck_off(stand: Stand) -> None:
    engineer, administrator = stand.client(Role.ENGINEER), stand.client(Role.ADMINISTRATOR)
    hours = [[[540, 1020]]] * 5 + [[], []]
    details = {"name": "西厅一号", "site": "west", "line": "line-9", "hours": hours}
    assert engineer.put("/api/v1/kiosks/K0100/details", json=details).status_code == 204
    assert engineer.get("/api/v1/kiosks/K0100").json()["details"]["hours"] == hours
    assert engineer.put("/api/v1/kiosks/K0100/details", json={"hours": [[[9, 1]]] * 7}).status_code == 422
    code = administrator.post("/api/v1/enrolment-codes", json={"kiosk": "K0100"}).json()["code"]
    assert len(code) == 11
    assert code not in str(administrator.get("/api/v1/audit").json())
    assert administrator.delete("/api/v1/kiosks/K0100/membership").status_code == 204
    assert administrator.delete("/api/v1/kiosks/K0100/membership").status_code == 404
    assert engineer.get("/api/v1/kiosks/K0100").status_code == 404
    assert administrator.post("/api/v1/enrolment-codes", json={"kiosk": "K0100"}).status_code == 201
    assert engineer.get("/api/v1/kiosks/K0100").json()["details"]["site"] == "west"  # it may come back
    actions = [each["action"] for each in administrator.get("/api/v1/audit", params={"subject": "kiosk:K0100"}).json()]
    assert actions == ["enrolment.code", "kiosk.readmit", "kiosk.retire", "enrolment.code", "kiosk.describe"]


def test_accounts_are_made_changed_and_closed_but_never_ones_own(stand: Stand) -> None:
    administrator = stand.client(Role.ADMINISTRATOR)
    new = {"name": "wang", "role": "viewer", "password": PASSWORD}
    assert administrator.post("/api/v1/accounts", json=new).status_code == 201
    assert administrator.post("/api/v1/accounts", json=new).status_code == 422
    session = stand.client().post("/api/v1/session", json={"name": "wang", "password": PASSWORD}).json()
    theirs = stand.client()
    theirs.headers["Authorization"] = f"Bearer {session['token']}"
    assert theirs.get("/api/v1/session").status_code == 200
    assert administrator.patch("/api/v1/accounts/wang", json={"role": "operator"}).json()["role"] == "operator"
    assert theirs.get("/api/v1/session").status_code == 401
    assert administrator.patch("/api/v1/accounts/administrator", json={"disabled": True}).status_code == 409
    assert administrator.patch("/api/v1/accounts/nobody", json={"disabled": True}).status_code == 404
    listed = administrator.get("/api/v1/accounts").text
    assert "argon2" not in listed


def test_ones_own_password_takes_the_present_one(stand: Stand) -> None:
    viewer = stand.client(Role.VIEWER)
    other = "other synthetic words"
    wrong = viewer.put("/api/v1/session/password", json={"present": "not the words", "password": other})
    assert wrong.status_code == 401
    right = viewer.put("/api/v1/session/password", json={"present": PASSWORD, "password": other})
    assert right.status_code == 204
    assert viewer.get("/api/v1/session").status_code == 401
    assert stand.client().post("/api/v1/session", json={"name": "viewer", "password": other}).status_code == 200


def test_while_the_database_is_away_that_is_said(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("select", None, Exception("away"))

    monkeypatch.setattr(overview, "overview", away)
    answer = stand.client(Role.VIEWER).get("/api/v1/overview")
    assert (answer.status_code, answer.json()) == (503, {"detail": "the database does not answer"})
