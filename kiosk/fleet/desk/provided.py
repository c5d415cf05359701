"""Accounts of people who sign in at an identity provider: made when they first come, with the role that follows from
what the provider says. They are called ``somebody@provider``, which no local account can be, so that the audit trail
tells them apart; who somebody is depends on the provider's own subject and never on that name.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from kiosk.fleet.access.accounts import Account, AccountError
from kiosk.fleet.access.provider import Identity
from kiosk.fleet.desk.doing import Doing
from kiosk.fleet.desk.errors import Conflict
from kiosk.fleet.store import audit

LONGEST = 40
"""Characters of the name before the ``@``."""


class Provided:
    """``provider``: the word after the ``@``."""

    def __init__(self, doing: Doing, provider: str) -> None:
        self._doing = doing
        self._accounts = doing.accounts
        self._provider = provider

    def signed_in(self, identity: Identity, address: str) -> Account:
        """The account of somebody who has just signed in there; made, or given another role, if need be. Audited.
        Raises Conflict if it is closed."""
        found = self._accounts.provided(identity.subject)
        if found is None:
            found = self._new(identity)
            self._record(audit.Action.ACCOUNT_ADD, found.name, role=found.role.value, provider=self._provider)
        elif found.disabled:
            raise Conflict("the account is closed")
        elif found.role is not identity.role:
            self._accounts.set_role(found.name, identity.role)
            self._record(audit.Action.ACCOUNT_ROLE, found.name, role=identity.role.value, provider=self._provider)
            found = self._accounts.provided(identity.subject) or found
        self._doing.signed_in(found, address, provider=self._provider)
        return found

    def has_no_role(self, subject: str) -> None:
        """The provider no longer gives somebody a role: whoever is signed in as them is signed out. Audited."""
        found = self._accounts.provided(subject)
        if found is not None:
            self._accounts.end_sessions(found.name)
            self._record(audit.Action.ACCOUNT_NO_ROLE, found.name, provider=self._provider)

    def _new(self, identity: Identity) -> Account:
        digest = hashlib.sha256(identity.subject.encode()).hexdigest()
        plain = _plain(identity.name) or f"user-{digest[:8]}"
        for name in (plain, f"{plain[: LONGEST - 9]}-{digest[:8]}", f"user-{digest[:24]}"):
            try:
                return self._accounts.add_provided(f"{name}@{self._provider}", identity.role, identity.subject)
            except AccountError:
                if (other := self._accounts.provided(identity.subject)) is not None:
                    return other  # they have come twice at once
        raise Conflict("no name is free for this account")

    def _record(self, action: audit.Action, name: str, **facts: str) -> None:
        self._doing.record(f"provider:{self._provider}", action, name, **facts)


def _plain(name: str) -> str:
    """What of a name can be part of an account's: ``Li.Wei@city.example`` becomes ``li.wei``; empty if nothing can."""
    ascii_only = unicodedata.normalize("NFKD", name.partition("@")[0]).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9._-]+", "-", ascii_only).strip("-._")[:LONGEST]
    return found if re.fullmatch(r"[a-z][a-z0-9._-]+", found) else ""
