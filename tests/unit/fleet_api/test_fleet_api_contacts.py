"""Those who hear of alerts, through the API: on the record, and their secrets seen once."""

from __future__ import annotations

from typing import Any

from fleet_api_stand import Stand
from sqlalchemy import select

from kiosk.fleet.access.roles import Role
from kiosk.fleet.alerts import book
from kiosk.fleet.alerts.findings import Finding
from kiosk.fleet.store.tables_alerts import contact, delivery

DUTY = {"name": "值班", "channel": "email", "address": "duty@example.org", "quiet_from": 1320, "quiet_until": 420}
DESK = {"name": "desk", "channel": "webhook", "address": "https://desk.example.org/in", "least": "critical"}


def told(stand: Stand, code: str) -> list[str]:
    """Who is told of a new alert."""
    with stand.engine.begin() as connection:
        number = book.open_alert(connection, stand.now, "K0001", Finding("cabinet", code, happened_at=stand.now))
        wanted = select(contact.c.name).join(delivery, delivery.c.contact == contact.c.id)
        return sorted(connection.execute(wanted.where(delivery.c.alert == number)).scalars())


def states(stand: Stand) -> list[tuple[str, str]]:
    with stand.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(delivery.c.state, delivery.c.trouble))]


def test_contacts_are_kept_through_the_api_and_a_secret_is_seen_once(stand: Stand) -> None:
    client = stand.client(Role.ADMINISTRATOR)
    made: Any = [client.post("/api/v1/contacts", json=each).json() for each in (DUTY, DESK)]
    duty, desk = (each["contact"]["id"] for each in made)
    secret = made[1]["secret"]
    assert (made[0]["secret"], len(secret)) == ("", 43)
    assert client.post("/api/v1/contacts", json=DESK).status_code == 422
    assert told(stand, "fleet.tampered") == ["desk", "值班"]

    changed = client.put(f"/api/v1/contacts/{desk}", json={**DESK, "name": "duty desk", "least": "notice"})
    assert (changed.json()["name"], changed.json()["least"]) == ("duty desk", "notice")
    assert client.put(f"/api/v1/contacts/{desk}", json={**DUTY}).status_code == 422
    twin = client.post("/api/v1/contacts", json=DESK).json()["contact"]["id"]
    clash = client.put(f"/api/v1/contacts/{twin}", json={**DESK, "name": "duty desk"})
    assert (clash.status_code, "told there already" in clash.json()["detail"]) == (422, True)
    assert client.delete(f"/api/v1/contacts/{twin}").status_code == 204

    paused = client.put(f"/api/v1/contacts/{duty}/pause")
    assert paused.json()["paused_at"] == stand.now
    assert client.put(f"/api/v1/contacts/{duty}/pause").status_code == 422
    assert states(stand).count(("dead", "paused")) == 1
    assert told(stand, "fleet.door_forced") == ["duty desk"]
    assert client.delete(f"/api/v1/contacts/{duty}/pause").json()["paused_at"] is None
    assert told(stand, "fleet.stock_difference") == ["duty desk", "值班"]

    renewed = client.post(f"/api/v1/contacts/{desk}/secret").json()["secret"]
    assert renewed not in (secret, "")
    assert client.post(f"/api/v1/contacts/{duty}/secret").status_code == 422
    listed = client.get("/api/v1/contacts")
    trail = client.get("/api/v1/audit").text
    for seen in (listed.text, trail, changed.text):
        assert secret not in seen
        assert renewed not in seen
        assert "gAAAA" not in seen  # how a sealed secret begins
    assert [each["name"] for each in listed.json()] == ["值班", "duty desk"]

    assert client.delete(f"/api/v1/contacts/{desk}").status_code == 204
    assert client.delete(f"/api/v1/contacts/{desk}").status_code == 404
    assert client.get(f"/api/v1/contacts/{desk}/deliveries").status_code == 404
    actions = [each["action"] for each in client.get("/api/v1/audit", params={"subject": f"contact:{desk}"}).json()]
    assert actions == ["contact.remove", "contact.secret", "contact.change", "contact.add"]
    assert client.get("/api/v1/audit/check").json()["first_wrong"] is None


def test_a_test_message_is_one_more_delivery_and_how_it_went_is_shown(stand: Stand) -> None:
    client = stand.client(Role.ADMINISTRATOR)
    number = client.post("/api/v1/contacts", json=DUTY).json()["contact"]["id"]
    asked = client.post(f"/api/v1/contacts/{number}/test")
    assert (asked.status_code, asked.json()["what"], asked.json()["state"]) == (202, "test", "waiting")
    assert asked.json()["alert"] is None
    (listed,) = client.get("/api/v1/contacts").json()
    assert listed["last"] == asked.json()
    assert client.get(f"/api/v1/contacts/{number}/deliveries").json() == [asked.json()]
    assert client.post("/api/v1/contacts/99/test").status_code == 404
