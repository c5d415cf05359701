"""Those who hear of alerts: added, listed, removed; the secrets of webhooks are not in the database."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine, select, update

sys.path.insert(0, str(Path(__file__).parents[2] / "fleet"))
from fleet_far_end import FarEnd

from kiosk.fleet.alerts import contacts
from kiosk.fleet.alerts.contacts import Contact, ContactError
from kiosk.fleet.contact_secrets import ContactSecrets, SecretError
from kiosk.fleet.store import audit
from kiosk.fleet.store.tables_alerts import contact, delivery

NOW = 1_800_000_000_000
SECRETS = ContactSecrets(Fernet.generate_key())
DUTY = Contact("duty", "email", "duty@example.org", least="notice")
DESK = Contact("desk", "webhook", "https://desk.example.org:8443/in?x=1", "en", 1, "critical", "东城大厅", 1320, 420)


def test_a_contact_is_added_listed_and_removed(engine: Engine) -> None:
    with engine.begin() as connection:
        assert not contacts.somebody_at_once(connection)
        desk, secret = contacts.add(connection, NOW, "ann", DESK, SECRETS)
        duty, nothing = contacts.add(connection, NOW, "ann", DUTY, SECRETS)
        assert contacts.somebody_at_once(connection)
        assert (len(secret), nothing) == (43, "")
        found = contacts.everybody(connection)
        assert [each.id for each in found] == [duty, desk]
        assert found[1] == Contact(**{**_values(DESK), "id": desk})
        kept = connection.execute(select(contact.c.secret).where(contact.c.id == desk)).scalar_one()
        assert secret not in kept
        assert SECRETS.open(kept) == secret
        with pytest.raises(ContactError, match="told there already"):
            contacts.add(connection, NOW, "bob", DUTY, SECRETS)
        assert contacts.remove(connection, NOW + 1, "bob", desk).name == "desk"
        with pytest.raises(ContactError, match="nobody of this number"):
            contacts.remove(connection, NOW, "bob", desk)
        assert connection.execute(select(contact.c.secret).where(contact.c.id == desk)).scalar_one() == ""
        again, new_secret = contacts.add(connection, NOW + 2, "ann", DESK, SECRETS)
        assert again == desk
        assert new_secret not in (secret, "")
        entries = audit.entries(connection, subject=f"contact:{desk}")
        assert [(each.actor, each.action) for each in entries] == [
            ("ann", "contact.add"), ("bob", "contact.remove"), ("ann", "contact.add"),
        ]  # fmt: skip
        assert not any(one in str(each.facts) for each in entries for one in (secret, new_secret, kept))
        assert audit.verify(connection) is None


def test_who_is_removed_is_not_told_of_anything_more(engine: Engine) -> None:
    far = FarEnd(engine, 1)
    with engine.begin() as connection:
        gone, _ = contacts.add(connection, far.now, "ann", Contact("gone", "email", "gone@example.org"), SECRETS)
        duty, _ = contacts.add(connection, far.now, "ann", DUTY, SECRETS)
        above, _ = contacts.add(connection, far.now, "ann", Contact("m", "email", "m@example.org", level=1), SECRETS)
    far.run(35)
    far.fleet.kiosks["S00001"].stock_difference(far.now)
    far.run(5)
    with engine.begin() as connection:
        connection.execute(update(delivery).values(attempts=1))
        for number in (gone, above):
            contacts.remove(connection, far.now, "ann", number)
    far.run(605)
    far.fleet.kiosks["S00001"].stock_counted(far.now)
    far.run(5)
    with engine.connect() as connection:
        rows = connection.execute(select(delivery).order_by(delivery.c.id)).all()
    assert [(row.contact, row.content["what"], row.state) for row in rows] == [
        (gone, "opened", "dead"), (duty, "opened", "dead"), (duty, "cleared", "waiting"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "name of 1"),
        ({"channel": "fax"}, "email or webhook"),
        ({"address": "nobody"}, "name@where"),
        ({"address": "a@b\r\nBcc: c@d"}, "name@where"),
        ({"address": "a@b, c@d"}, "name@where"),
        ({"channel": "webhook", "address": "ftp://a.example/"}, "begins with"),
        ({"channel": "webhook", "address": "https://a.example:0/"}, "begins with"),
        ({"channel": "webhook", "address": "https://a.example:99999/"}, "no address"),
        ({"channel": "webhook", "address": "https://me:tulip@a.example/"}, "is signed"),
        ({"language": "fr"}, "zh, en"),
        ({"level": -1}, "from 0"),
        ({"least": "loud"}, "notice, warning, critical"),
        ({"quiet_from": 60}, "quiet hours"),
        ({"quiet_from": 60, "quiet_until": 1440}, "quiet hours"),
    ],
)
def test_what_makes_no_sense_is_refused(engine: Engine, wrong: dict[str, Any], words: str) -> None:
    with engine.begin() as connection:
        with pytest.raises(ContactError, match=words) as refused:
            contacts.add(connection, NOW, "ann", Contact(**{**_values(DUTY), **wrong}), SECRETS)
        assert "tulip" not in str(refused.value)
        assert contacts.everybody(connection) == ()


def test_the_key_is_made_once_for_its_owners_eyes(tmp_path: Path) -> None:
    file = tmp_path / "pki" / "contacts.key"
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: ContactSecrets.at(file), range(8)))
    sealed = made[0].seal("a test's secret 密")
    assert {each.open(sealed) for each in made} == {"a test's secret 密"}
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["contacts.key"]
    assert "secret" not in repr(made[0]).lower().replace("contactsecrets", "")
    with pytest.raises(SecretError, match="this fleet's key"):
        SECRETS.open(sealed)
    file.write_bytes(b"damaged")
    with pytest.raises(SecretError, match="not a key"):
        ContactSecrets.at(file)


def _values(of: Contact) -> dict[str, Any]:
    return {name: getattr(of, name) for name in Contact.__dataclass_fields__}
