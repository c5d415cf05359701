"""Writes docs/faults.md from devices/faults.toml: ``make docs``."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from devices import fault_catalogue
from devices.fault_catalogue import Action, Capability, Fault, Severity

HEAD = """# The faults

Generated from `devices/faults.toml` by `make docs`; a test holds this page to the file. A driver raises these codes, or
names them in its status; the kiosk, the alerts and this page take everything else from the entry. 本页由故障目录生成。

A fault's *action* says what makes it good again: {actions}. What it *takes away* is gone while it lasts; the rest of
the kiosk works on.
"""

CLASSES = {
    "card_reader": "读卡器 · Card reader",
    "id_reader": "身份证阅读器 · ID card reader",
    "pin_pad": "密码键盘 · PIN pad",
    "receipt_printer": "凭条打印机 · Receipt printer",
    "document_printer": "文档打印机 · Document printer",
    "card_printer": "证卡打印机 · Card printer",
    "card_dispenser": "发卡机 · Card dispenser",
    "scanner": "扫码器 · Scanner",
    "camera": "摄像头 · Camera",
    "cabinet": "机柜 · Cabinet",
    "ups": "不间断电源 · UPS",
    "speech": "朗读 · Speech",
}
"""The device classes of the design, as people call them."""

ACTIONS = {
    Action.CLEAR: "现场人员 · staff",
    Action.MAINTENANCE: "工程师 · an engineer",
    Action.RESET: "断电重启 · a reset",
    Action.CONFIGURATION: "改配置 · a setting",
    Action.SUSPEND: "自行恢复 · heals by itself",
}

SEVERITIES = {
    Severity.NOTICE: "提示 · notice",
    Severity.WARNING: "警告 · warning",
    Severity.CRITICAL: "严重 · critical",
}

CAPABILITIES = {
    Capability.QUERY: "查询 · query",
    Capability.PRINT: "打印 · print",
    Capability.ISSUE: "制卡 · issue",
    Capability.PAY: "银行密码 · bank PIN",
    Capability.IDENTIFY_CARD: "社保卡认证 · identify by card",
    Capability.IDENTIFY_ID: "身份证认证 · identify by ID card",
    Capability.PIN: "密码 · PIN",
    Capability.SPEAK: "朗读 · speak",
}


def _row(fault: Fault) -> str:
    lost = "<br>".join(CAPABILITIES[one] for one in Capability if one in fault.loses) or "无 · nothing"
    columns = (
        f"`{fault.code}`",
        f"{SEVERITIES[fault.severity]}<br>{ACTIONS[fault.action]}",
        lost,
        f"{fault.citizen.zh}<br>{fault.citizen.en}",
        f"{fault.staff.zh}<br>{fault.staff.en}",
    )
    return f"| {' | '.join(columns)} |"


def page() -> str:
    """The page's text."""
    parts = [HEAD.format(actions=", ".join(ACTIONS.values()))]
    faults = sorted(fault_catalogue.load().values(), key=lambda fault: list(CLASSES).index(_group(fault)))
    for group, entries in groupby(faults, _group):
        rows = "\n".join(_row(fault) for fault in entries)
        parts.append(
            f"## {CLASSES[group]}\n\n"
            "| 代码 · code | 级别与处理 · severity, action | 影响 · takes away | 对办事人 · to the citizen "
            f"| 给现场人员 · to staff |\n|---|---|---|---|---|\n{rows}\n"
        )
    return "\n".join(parts)


def _group(fault: Fault) -> str:
    return fault.code.partition(".")[0]


if __name__ == "__main__":
    Path(__file__).with_name("faults.md").write_text(page(), encoding="utf-8")
