"""The test page: everything that can go wrong on a receipt."""

from __future__ import annotations

from devices.receipt_printer.receipt import Align, Column, Feed, Qr, Rule, Size, Table, Text

TEST_RECEIPT = (
    Text("测试打印", Align.CENTER, Size.LARGE, bold=True),
    Text("Receipt printer test", Align.CENTER),
    Rule(),
    Table(
        (Column(), Column(14, Align.RIGHT)),
        (("医保个人账户", "￥1,234.56"), ("养老个人账户储存额", "￥98,765.43"), ("Alignment", "￥0.01")),
    ),
    Rule(),
    Text("加粗文字 Bold", bold=True),
    Text("倍高文字 Tall", size=Size.TALL),
    Text("倍宽文字 Wide", size=Size.WIDE),
    Text("生僻字：𠮷、㐀、䶮"),
    Text("标点：，。、；：？！（）《》“”￥"),
    Qr("https://example.invalid/receipt-printer-test"),
    Feed(1),
)
