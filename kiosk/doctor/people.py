"""The people at the machine: whether somebody may vouch for a citizen, and two may open the stock."""

from __future__ import annotations

from collections.abc import Iterator

from kiosk.activities.stock_visit import ONE_OF_THEM, ROLES
from kiosk.config import Settings
from kiosk.doctor.findings import Finding, fine, missing, note
from kiosk.located_toml import MistakesError
from kiosk.staff.roll import VOUCHING, load

ADD = "kiosk staff add NUMBER --role"


def staff(settings: Settings) -> Iterator[Finding]:
    """The roll, as far as it is needed: nobody is, where nothing is issued."""
    file = settings.staff_file
    try:
        members = load(file).member
    except MistakesError as error:
        for each in error.mistakes:
            yield missing("staff", str(each), f"correct {each.where}; until then nobody can vouch or open the stock")
        return
    if settings.issuing is None:
        yield fine("staff", f"{file}, people: {len(members)}; nothing is issued, so none are needed")
        return
    roles = [each.role for each in members]
    if VOUCHING.isdisjoint(roles):
        yield note("staff", f"{file}: nobody may vouch, so an ID card alone brings no card", f"{ADD} attendant")
    if "card_printer" in settings.devices:
        able = [role for role in roles if role in ROLES]
        if len(able) < 2 or ONE_OF_THEM.isdisjoint(able):
            found = f"{file}: no two people, one of them a stock keeper, can open the stock of cards"
            yield note("staff", found, f"{ADD} stock_keeper")
            return
    if not VOUCHING.isdisjoint(roles):
        yield fine("staff", f"{file}, people: {len(members)}")
