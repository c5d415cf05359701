"""What is on the papers, and what must not be."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import documents_samples as samples
import pytest

from devices.receipt_printer.layout import TextLine, cells, lay_out
from devices.receipt_printer.receipt import Picture, Qr, Receipt
from kiosk import documents as d
from kiosk.documents.words import HERE, PaperWords
from kiosk.host import port
from screens.locale.catalogue import Catalogue


def text(receipt: Receipt) -> str:
    return "\n".join(line.text for line in lay_out(receipt) if isinstance(line, TextLine))


def all_text(sheets: tuple[Receipt, ...]) -> str:
    return "\n".join(text(sheet) for sheet in sheets)


def lines_of(receipt: Receipt) -> list[str]:
    return [re.sub(" +", " ", line).strip() for line in text(receipt).splitlines()]


@pytest.mark.parametrize("columns", [48, 32])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_line_fits_and_no_amount_is_broken(language: str, columns: int) -> None:
    for sheets in samples.papers(language, columns).values():
        for sheet in sheets:
            for line in lay_out(sheet):
                if isinstance(line, TextLine):
                    assert cells(line.text) * line.size.width <= columns
                    assert not re.search(r"￥[\d,]*$|￥[\d,]+\.\d?$|^ *\.?\d\d?$", line.text), line.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whole_numbers_are_on_no_paper_but_one_that_was_asked_for(language: str) -> None:
    for name, sheets in samples.papers(language).items():
        found = samples.HOLDER.number in all_text(sheets)
        assert found is (name == "certificate"), name
        if name not in ("certificate", "failed_unknown"):
            assert re.search(r"990\*{11}00\d\d", all_text(sheets)), name
    phone = all_text(samples.papers(language)["personal_data"])
    assert "139****0022" in phone
    assert "幸福路" not in phone


def test_nothing_of_the_holder_is_in_a_repr() -> None:
    assert "990101195603120022" not in repr(samples.HOLDER)
    assert "王秀兰" not in repr(samples.HOLDER)
    for sheets in samples.papers("zh").values():
        assert "王秀兰" not in repr(sheets)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_balance_never_has_the_bank_on_it(language: str) -> None:
    bank = PaperWords(language)("receipt.card_status.bank")
    for name in ("balance_medical", "balance_pension", "balance_all"):
        assert bank not in all_text(samples.papers(language)[name])
    status = all_text(samples.papers(language)["card_status"])
    assert bank in status
    assert "￥" not in status


def test_chip_and_host_are_labelled_as_what_they_are() -> None:
    shown = lines_of(samples.papers("zh")["balance_medical"][0])
    host = shown.index("账户余额（社保系统记录）")
    assert shown[host + 1 : host + 3] == ["￥1,234.56", "截至 2026年11月22日 10:05"]
    chip = shown.index("卡内芯片记录")
    assert shown[chip + 1 : chip + 3] == ["卡内余额 ￥1,200.00", "读卡时间 2026年11月22日 10:05"]
    assert any(line.startswith("两个数不同时，以社保系统记录为准") for line in shown)
    assert "医保个人账户用于看病买药，不能取现金。" in shown
    same = d.ChipBalance(samples.MEDICAL.balance, samples.NOW)
    agreeing = d.balance_receipt(samples.HOLDER, samples.ORIGIN, "zh", medical=samples.MEDICAL, chip=same)
    assert "两个数不同" not in text(agreeing)


def test_english_balance() -> None:
    shown = lines_of(samples.papers("en")["balance_all"][0])
    assert "As of 22 November 2026 10:05" in shown
    assert "Last paid for November 2026" in shown
    assert "Months paid 360 months" in shown
    assert "2025 ￥2,980.00 ￥3,010.00 ￥210.00" in shown


def test_a_balance_receipt_needs_a_balance() -> None:
    with pytest.raises(ValueError, match="needs a balance"):
        d.balance_receipt(samples.HOLDER, samples.ORIGIN, "zh")


def test_history_shows_the_years_asked_for_and_names_the_gaps() -> None:
    (sheet,) = samples.papers("zh")["history_3_years"]
    shown = lines_of(sheet)
    start = shown.index("养老保险")
    assert shown[start : start + 8] == [
        "养老保险",
        "累计缴费 218 个月，中断 20 个月",
        "个人缴费合计 ￥113,360.00",
        "年份 缴费月数 个人缴费 单位缴费",
        "2026 10 ￥5,200.00 ￥10,400.00",
        "2025 8 ￥4,160.00 ￥8,320.00",
        "缺缴：3月至5月、9月",
        "2024 12 ￥6,240.00 ￥12,480.00",
    ]
    assert "2023" not in text(sheet)
    for scheme in ("养老保险", "医疗保险", "失业保险", "工伤保险", "生育保险", "住房公积金"):
        assert scheme in shown
    assert shown[shown.index("生育保险") + 1] == "没有缴费记录"
    assert "2024年至2026年" in shown


def test_a_long_history_is_several_sheets_under_one_number() -> None:
    sheets = samples.papers("zh")["history_all"]
    assert len(sheets) == 4
    for number, sheet in enumerate(sheets, 1):
        shown = lines_of(sheet)
        assert f"页码 第 {number} 页，共 4 页" in shown
        assert "单号 D20261122000045" in shown
        assert "验证码 7K3M-9QX2" in shown
        assert ("未完，接下一页" in shown) is (number < 4)
        assert ("记录到此为止" in shown) is (number == 4)
        assert [block.data for block in sheet.blocks if isinstance(block, Qr)] == [samples.DOCUMENT.check_url]
    continued = lines_of(sheets[1])
    title = continued.index("医疗保险（续）")
    assert continued[title + 1] == "年份 缴费月数 个人缴费 单位缴费"
    years = [line for sheet in sheets for line in lines_of(sheet) if re.match(r"20\d\d \d+ ￥", line)]
    assert len(years) == 5 * 20


def test_history_where_nothing_is_in_the_years() -> None:
    old = samples.history(port.Scheme.PENSION, 20)
    old = port.ContributionHistory(
        old.scheme, old.first_insured, old.months_paid, old.gaps, old.total_own, old.years[5:], old.as_of
    )
    (sheet,) = d.contribution_history(samples.HOLDER, samples.ORIGIN, "zh", (old,), samples.DOCUMENT, years=3)
    assert "这几年没有缴费记录" in lines_of(sheet)


@pytest.mark.parametrize(
    ("numbers", "zh", "en"),
    [
        ((3,), "3月", "March"),
        ((3, 4), "3月、4月", "March, April"),
        ((3, 4, 5), "3月至5月", "March to May"),
        ((12, 1, 2, 3, 7), "1月至3月、7月、12月", "January to March, July, December"),
    ],
)
def test_months_in_a_row(numbers: tuple[int, ...], zh: str, en: str) -> None:
    assert PaperWords("zh").months(numbers) == zh
    assert PaperWords("en").months(numbers) == en


def test_the_moment_of_another_zone_is_told_in_its_own() -> None:
    east = datetime(2026, 11, 22, 18, 5, tzinfo=timezone(timedelta(hours=8)))
    assert PaperWords("zh").moment(east) == "2026年11月22日 18:05"
    assert PaperWords("zh").moment(datetime(2026, 11, 22, 10, 5, tzinfo=UTC)) == "2026年11月22日 18:05"


def test_certificate() -> None:
    (sheet,) = samples.papers("zh")["certificate"]
    shown = lines_of(sheet)
    assert "证件号码 990101195603120022" in shown
    assert "养老保险 正常缴费 2007-01 218" in shown
    assert "生育保险 未参保 - 0" in shown
    assert sum(isinstance(block, Picture) for block in sheet.blocks) == 2
    masked = d.participation_certificate(samples.HOLDER, samples.ORIGIN, "zh", (), date(2026, 11, 22), samples.DOCUMENT)
    assert "990***********0022" in text(masked)


def test_participation_looks_at_the_last_month() -> None:
    paused = samples.history(port.Scheme.PENSION, 2)
    paused = port.ContributionHistory(
        paused.scheme, paused.first_insured, 21, 3, 1, (samples.year(2026, (9, 10), 10), paused.years[1]), samples.NOW
    )
    (row,) = d.participations((paused,))
    assert not row.paid_lately
    assert d.participations(samples.histories())[0].paid_lately


def test_slips_say_what_it_means_for_the_holder() -> None:
    papers = samples.papers("en")
    assert "￥20.00" in lines_of(papers["fee"][0])
    assert "Ends by itself on 2 December 2026" in lines_of(papers["loss_temporary"][0])
    assert "The bank side is not blocked yet" in text(papers["loss_temporary"][0])
    assert "The bank side has been blocked as well." in lines_of(papers["loss_formal"][0])
    assert "Collect by 27 November 2026" in lines_of(papers["retained_card"][0])
    failed, unknown = text(papers["failed"][0]), text(papers["failed_unknown"][0])
    assert "The hold is released." in failed
    assert "not known yet" not in failed
    assert "not known yet" in unknown
    assert "You were not charged" not in unknown
    assert "Name" not in unknown
    free = d.fee_slip(
        samples.HOLDER, samples.ORIGIN, "zh", d.Fee(0, "receipt.fee.reason.first_card", "", "", held=False)
    )
    assert "事由 首次办卡，免费" in lines_of(free)
    assert "付款方式" not in text(free)


def test_every_paper_says_where_when_and_whom_to_call() -> None:
    for sheets in samples.papers("zh").values():
        for sheet in sheets:
            shown = lines_of(sheet)
            assert "业务流水号 20261122-007-000123" in shown
            assert "打印时间 2026年11月22日 10:05" in shown
            assert "设备编号 K-990101-007" in shown
            assert shown[-1] == "咨询电话 12333"


def test_both_languages_have_the_same_words_and_places_and_all_are_used() -> None:
    own = Catalogue.load(HERE, faults=None)
    assert own.keys("zh") == own.keys("en")
    for key in own.keys("zh"):
        assert own.message("zh", key).places == own.message("en", key).places, key
    source = "".join(path.read_text("utf-8") for path in Path(d.__file__).parent.glob("*.py"))
    prefixes = tuple(re.findall(r'f"(receipt\.[a-z_.]+\.)\{', source))
    chosen = ("receipt.fee.reason.", "receipt.fee.method.", *prefixes)
    unused = [key for key in own.keys("zh") if f'"{key}"' not in source and not key.startswith(chosen)]
    assert unused == []


def test_english_receipts_hold_no_chinese_words_of_ours() -> None:
    own = Catalogue.load(HERE, faults=None)
    for key in own.keys("en"):
        assert own.say("en", key, **dict.fromkeys(own.message("en", key).places, "")).isascii(), key
