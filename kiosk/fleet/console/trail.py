"""Lines of the audit trail as people read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from devices import fault_catalogue
from kiosk.fleet.alerts import rules
from kiosk.fleet.console.facts import why
from kiosk.fleet.console.words import Words, document, moment
from kiosk.fleet.desk.shapes import AuditRow
from kiosk.fleet.store.audit import Action

FLEET, PROVIDER = "fleet", "provider:"
ID_SHOWN = 8
"""Characters of a command's number: enough to tell two of them apart."""


def actor(words: Words, name: str) -> str:
    """Who did it: a person, a kiosk, an identity provider, or the fleet by itself."""
    return words("audit.itself") if name == FLEET else name.removeprefix(PROVIDER)


def sentence(words: Words, row: AuditRow) -> str:
    """What was done, to what, and its facts: ``Command asked for · 1f3a9c02 (K0001 · Restart a part · Camera)``."""
    facts: dict[str, object] = {}
    for name, value in row.facts.items():
        facts |= value if isinstance(value, Mapping) and name == "arguments" else {name: value}
    said = [text for name, value in facts.items() if (text := _fact(words, row, name, value))]
    what = [words.of("audited", row.action), *filter(None, [_subject(words, row.subject)])]
    return words.said(" · ".join(what), "", " · ".join(said))


def _subject(words: Words, subject: str) -> str:
    kind, _, name = subject.partition(":")
    if kind == "command":
        return name[:ID_SHOWN]
    known = document()["audited_subject"].get(kind)
    return subject if known is None else known[words.language].format(name=name)


def _fact(words: Words, row: AuditRow, name: str, value: object) -> str:
    if value is None or value == "" or isinstance(value, list):
        return ""
    if row.action == Action.RETENTION_DELETED:
        return f"{words.of('audited_gone', name)} × {value}"
    if isinstance(value, Mapping):  # spare parts
        return words.all([f"{part} = {number}" for part, number in value.items()])
    said = _VALUES[name](words, row, value) if name in _VALUES else str(value)
    known = document()["audited_fact"].get(name)
    return f"{name} {said}" if known is None else known[words.language].format(value=said)


def _word(section: str) -> Callable[[Words, AuditRow, object], str]:
    return lambda words, _row, value: words.of(section, str(value))


def _instant(_words: Words, row: AuditRow, value: object) -> str:
    return moment(value, row.at) if isinstance(value, int) else str(value)


def _time_of_day(_words: Words, _row: AuditRow, value: object) -> str:
    return f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) else str(value)


def _alarm(words: Words, _row: AuditRow, value: object) -> str:
    code = str(value)
    return rules.rule(code).words.in_language(words.language) if _is_known(code) else code


def _is_known(code: str) -> bool:
    return code in rules.load() or code in fault_catalogue.load()


_VALUES: Mapping[str, Callable[[Words, AuditRow, object], str]] = MappingProxyType(
    {
        "role": _word("role"),
        "severity": _word("severity"),
        "least": _word("severity"),
        "urgency": _word("ticket"),
        "channel": _word("contact"),
        "language": _word("contact"),
        "verb": _word("command"),
        "state": _word("progress"),
        "kind": _word("audited_exclusion"),
        "device": lambda words, _row, value: words.part(str(value)),
        "code": _alarm,
        "reason": lambda words, _row, value: why(words, str(value)),
        "refusal": lambda words, _row, value: why(words, str(value)),
        "began_at": _instant,
        "ended_at": _instant,
        "quiet_from": _time_of_day,
        "quiet_until": _time_of_day,
    }
)
"""How a fact's value is said; every other as it is."""
