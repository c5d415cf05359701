"""Whatever a kiosk may give as a reason or a fact has words in both languages; derived from the code that tells it."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import kiosk.health
from devices import fault_catalogue
from kiosk.fleet.console import facts, telling, words
from kiosk.fleet.orders import Refusal
from kiosk.fleet.simulate import machine
from kiosk.fleet.verbs import VERBS
from kiosk.issuing_advice import tellers
from kiosk.record import Record
from kiosk.tools import Tools

KNOWN = words.document()
ZH, EN = words.Words("zh"), words.Words("en")
SOURCES = [
    *(
        Path(kiosk.health.__file__).with_name(f"{name}.py")
        for name in ("commands", "performers", "self_test", "noted", "watchdog", "reporter", "fleet_side")
    ),
    Path(machine.__file__),
]
NO_FACTS = {*VERBS, "agent", "telemetry", "commands", "renewal", "counters", "host"}
"""Keys of other tables in those files."""
FACT = re.compile(r"[a-z_]+\Z")


def names_told() -> set[str]:
    """The keys of all dictionaries in the files that tell, and what ``_words`` of ``noted`` calls a journal's facts;
    not of a module's own tables."""
    found: set[str] = set()
    for source in SOURCES:
        tree = ast.parse(source.read_text(encoding="utf-8"))
        tables = {id(each.value) for each in tree.body if isinstance(each, ast.Assign | ast.AnnAssign)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict) and id(node) not in tables:
                keys = node.keys
            elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "facts":
                keys = [node.slice]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_words":
                keys = [ast.Constant(each.arg) for each in node.keywords]
            else:
                continue
            found |= {str(key.value) for key in keys if isinstance(key, ast.Constant) and FACT.match(str(key.value))}
    return found - NO_FACTS


def test_every_fact_that_is_told_has_words() -> None:
    told = names_told()
    assert {"exchange", "whose", "counted", "milliseconds", "reason", "tested", "restarted", "untold", "free"} <= told
    named = {name.removesuffix("_yes").removesuffix("_no") for name in KNOWN["fact"]}
    assert told - named == set()


def test_every_word_that_a_fact_may_have_has_words() -> None:
    wanted = [
        (section, each.value)
        for sections in facts.VOCABULARIES.values()
        for section, vocabulary in sections.items()
        if vocabulary is not None
        for each in vocabulary
    ]
    messages = Record._tellers(cast(Record, SimpleNamespace(_host=None, _also=tellers(None, None))))
    wanted += [("advice", kind) for kind in messages]
    wanted += [("command", verb) for verb in VERBS]
    wanted += [("device", name) for name in Tools.devices.fget(_NoTools())]  # type: ignore[attr-defined]
    assert len(wanted) > 90
    assert [(section, name) for section, name in wanted if name not in KNOWN[section]] == []


class _NoTools:
    """No device is fitted: all have their names."""

    def __getattr__(self, name: str) -> None:
        return None


def test_a_reason_means_one_thing() -> None:
    reasons = [name for section in facts.VOCABULARIES["reason"] for name in KNOWN[section]]
    assert sorted(reasons) == sorted(set(reasons))


@pytest.mark.parametrize(
    ("event", "told", "zh", "en"),
    [
        (
            "door_opened", {"door": "vault", "exchange": False},
            "机门打开（卡库门 · 不在装卸期间）", "Door opened (card vault · no exchange under way)",
        ),
        (
            "stuck", {"what": "view", "where": "in_service.attract", "milliseconds": 95_000},
            "卡住了（屏幕停在一页 · 等待市民 · 1 分钟）",
            "Stuck (the screen stands still · Waiting for a citizen · 1 min)",
        ),
        (
            "stock_difference", {"place": "hopper-1", "bank": "example", "ledger": 2, "counted": 1, "by": "people"},
            "卡片账实不符（1 号卡仓 · 银行 example · 账上 2 张 · 实有 1 张 · 人工清点）",
            "Stock differs from the ledger (Hopper 1 · bank example · 2 in the ledger · 1 counted · counted by people)",
        ),
        (
            "command_refused", {"reason": "replayed", "verb": "restart_machine", "untold": 3},
            "拒绝了一条指令（重复发送 · 重启整机 · 此前还有 3 条）",
            "Refused a command (replayed · Restart the machine · 3 more before it)",
        ),
        (
            "clock_wrong", {"milliseconds": -180_000, "wrong": True},
            "时钟不准（慢 3 分钟 · 偏差太大）", "Clock is wrong (3 min slow · too far off)",
        ),
        ("started", {"version": "0.1.0"}, "程序启动（版本 0.1.0）", "Application started (version 0.1.0)"),
        ("out_of_service", {"reason": "person"}, "停止服务（person）", "Out of service (person)"),
        ("started", {"another": 3}, "程序启动（another 3）", "Application started (another 3)"),
    ],
)  # fmt: skip
def test_an_event_is_told_in_words(event: str, told: dict[str, Any], zh: str, en: str) -> None:
    body = {"event": event, "facts": told}
    assert telling.sentence(ZH, "event", body) == zh
    assert telling.sentence(EN, "event", body) == en


def test_whatever_a_fact_says_it_can_be_shown() -> None:
    names = {name.removesuffix("_yes").removesuffix("_no") for name in KNOWN["fact"]}
    values = ("{x}", "{0}.{1}", "", "x" * 200, "hopper", "2026-99-99", 2**53, -(2**53), True, None, 1.5, ["x"])
    for name in names:
        for value in values:
            for event in ("", "clock_wrong"):
                assert all(isinstance(each, str) for each in facts.in_words(ZH, {name: value}, event))


def test_an_alert_is_told_in_words() -> None:
    alert = {"supply": "ribbon", "unit": "prints", "left": 12, "a_day": 4500, "empty_on": "2026-11-24"}
    assert facts.in_words(EN, alert) == ["Ribbon", "12 left", "4.5 a day", "runs out on 24 November 2026"]
    assert facts.in_words(ZH, {"kiosks": ["K0001"], "count": 9, "ahead": -120_000}) == ["数量 9", "慢 2 分钟"]


def test_why_a_command_failed_is_told_in_words() -> None:
    assert facts.why(ZH, "policy_altered") == "取到的政策包被改动过，没有采用"
    fault = fault_catalogue.load()["camera.frozen"]
    assert facts.why(EN, "camera.frozen") == fault.staff.in_language("en")
    assert facts.why(EN, "ofAnotherVersion") == "ofAnotherVersion"
    assert {facts.why(ZH, each) for each in Refusal}.isdisjoint(set(Refusal))


def test_an_answer_is_told_in_words() -> None:
    answer = {"device": "camera", "state": "online", "milliseconds": 250, "tested": "picture", "width": 640}
    assert facts.in_words(ZH, answer) == ["摄像头", "在线", "250 ms", "能拍到图像", "宽 640 像素"]
    assert facts.in_words(EN, {"detail": "digest: is missing", "bytes": 40_960}) == ["Which policy pack", "40 kB"]


@pytest.mark.parametrize(
    ("off", "zh", "en"),
    [
        (6_753_800, "快 1 小时 52 分钟", "1 h 52 min ahead"),
        (-180_000, "慢 3 分钟", "3 min slow"),
        (59_900, "快 59 秒", "59 s ahead"),
        (-7_200_000, "慢 2 小时", "2 h slow"),
        (3_599_900, "快 59 分钟", "59 min ahead"),
        (-260_000_000, "慢 3 天", "3 days slow"),
        (400, "准", "right"),
    ],
)
def test_a_clock_is_ahead_or_slow(off: int, zh: str, en: str) -> None:
    assert (ZH.ahead(off), EN.ahead(off)) == (zh, en)
