"""Every line of the audit trail is a sentence in both languages."""

from __future__ import annotations

import pytest

from kiosk.fleet.access.roles import Role
from kiosk.fleet.console import citizens_words, trail
from kiosk.fleet.console.words import Words, document
from kiosk.fleet.desk.shapes import AuditRow
from kiosk.fleet.store import retention
from kiosk.fleet.store.audit import Action
from screens.locale.catalogue import Catalogue

EN, ZH = Words("en"), Words("zh")
AT = 1_795_320_000_000


def row(action: str, subject: str, **facts: object) -> AuditRow:
    return AuditRow(number=1, at=AT, actor="li", action=action, subject=subject, facts=facts)


def test_every_action_and_no_other_has_words() -> None:
    assert set(document()["audited"]) == {action.value for action in Action}
    assert set(document()["audited_gone"]) >= {*retention.load()}


ASKED = {"kiosk": "K0001", "verb": "restart_device", "arguments": {"device": "camera"}}
LOW = {"kiosk": "K0001", "device": "receipt_printer", "code": "receipt_printer.paper_low", "severity": "warning"}
LINES = [
    (
        row("command.propose", "command:1f3a9c02aa", **ASKED),
        "Command asked for · 1f3a9c02 (K0001 · Restart a part · Camera)",
        "提交指令 · 1f3a9c02（K0001 · 重启部件 · 摄像头）",
    ),
    (
        row("alert.opened", "alert:12", **LOW),
        (
            "Alert opened · no. 12"
            " (K0001 · Receipt printer · Receipt paper is running low. Printing still works. · Warning)"
        ),
        "出现告警 · 12 号（K0001 · 凭条打印机 · 凭条纸快用完了，仍可打印。 · 注意）",
    ),
    (
        row("account.role", "account:wang", role=Role.ENGINEER.value),
        "Role changed · wang (Engineer)",
        "改角色 · wang（工程师）",
    ),
    (
        row("alert.escalated", "alert:3", level=1, text="No part."),
        "Alert escalated · no. 3 (level 1 · No part.)",
        "告警升级 · 3 号（级别 1 · No part.）",
    ),
    (
        row("ticket.note", "ticket:5", note=2, parts={"ribbon": 1}),
        "Ticket noted · no. 5 (note 2 · ribbon = 1)",
        "工单备注 · 5 号（备注 2 · ribbon = 1）",
    ),
    (
        row("retention.deleted", "store", telemetry=7, contact=1),
        "Old rows deleted (reports × 7 · contacts × 1)",
        "删除过期数据（报告 × 7 · 联系人 × 1）",
    ),
    (
        row("contact.change", "contact:4", quiet_from=1320, site=None),
        "Contact changed · no. 4 (quiet from 22:00)",
        "改联系人 · 4 号（免打扰从 22:00）",
    ),
    (
        row("kiosk.describe", "kiosk:K0001", name="Hall", hours=[[]]),
        "Kiosk described · K0001 (Hall)",
        "登记自助机 · K0001（Hall）",
    ),
    (
        row("command.refused", "command:1f", refusal="expired"),
        "Command refused · 1f (expired)",
        "拒绝指令 · 1f（已失效）",
    ),
    (row("an.old_one", "thing:1", by="x"), "an.old_one · thing:1 (by x)", "an.old_one · thing:1（by x）"),
]


@pytest.mark.parametrize(("line", "en", "zh"), LINES, ids=[line.action for line, _, _ in LINES])
def test_a_line_is_a_sentence(line: AuditRow, en: str, zh: str) -> None:
    assert trail.sentence(EN, line) == en
    assert trail.sentence(ZH, line) == zh


def test_who_did_it() -> None:
    assert [trail.actor(EN, each) for each in ("fleet", "provider:city", "li")] == ["The fleet itself", "city", "li"]


def test_a_refusal_is_told_as_the_citizen_was_told_it() -> None:
    assert citizens_words.of("en", "refusal.card_expired") == Catalogue.load().say("en", "refusal.card_expired")
    assert citizens_words.of("en", "no.such_key") == "no.such_key"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_stood_in_a_sentence_is_left_blank(language: str) -> None:
    catalogue = Catalogue.load()
    keys = [key for key in catalogue.keys(language) if catalogue.message(language, key).places]
    assert len(keys) > 50
    for key in keys:
        said = citizens_words.of(language, key)
        assert "…" in said
        assert "{" not in said
