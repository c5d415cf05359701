"""Every call of the port, answered; every refusal the rules know, told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from kiosk.host.http import HttpHost
from kiosk.host.port import (
    CardProof,
    CardSide,
    Difference,
    HostRefused,
    HsmRequest,
    IdCardProof,
    Person,
    RefusalCode,
    Scheme,
)

Card = Callable[..., CardProof]
IdCard = Callable[[str], IdCardProof]


async def refusal(call: Any) -> HostRefused:
    with pytest.raises(HostRefused) as refused:
        await call
    return refused.value


def id_card(person: dict[str, Any]) -> IdCardProof:
    until = person["id_valid_until"]
    return IdCardProof(
        person["document"], person["number"], person["id_card_name"], date.fromisoformat(person["birth_date"]),
        date.fromisoformat(until) if until else None,
    )  # fmt: skip


def ss_card(person: dict[str, Any], **changed: Any) -> CardProof:
    read = {
        "identifier": person["identifier"], "card_number": person["card_number"],
        "social_security_number": person["number"], "name": person["host_name"], "generation": person["generation"],
        "pin_verified": True,
    }  # fmt: skip
    return CardProof(**{**read, **changed})


async def test_the_clock(host: HttpHost) -> None:
    assert abs(await host.ping() - datetime.now(UTC)) < timedelta(seconds=30)


async def test_a_pensioner_by_card(host: HttpHost, card_of: Card) -> None:
    person = await host.identify_by_card(card_of("wang_xiulan"))
    assert (person.name, person.number, person.insured_here) == ("王秀兰", "990101195603120022", True)
    account = await host.medical_account(person)
    assert account.balance == 345_618
    assert account.balance == account.past_years[0][3] + account.income_this_year - account.spent_this_year
    pension = await host.pension(person)
    assert (pension.monthly_benefit, pension.retired_since) == (312_640, date(2016, 4, 1))
    assert pension.last_paid is not None
    history = await host.contributions(person, Scheme.PENSION)
    assert history.first_insured == date(2006, 11, 1)
    assert (history.months_paid, history.gaps) == (113, 0)
    status = await host.card_status(person)
    assert (status.social_side, status.bank_side, status.bank_last_four) == (CardSide.NORMAL, CardSide.NORMAL, "0012")
    data = await host.personal_data(person)
    assert (data.name, data.sex, data.photo_on_file, data.employer) == ("王秀兰", "female", True, "")
    assert await host.benefits(person) == ()


async def test_one_who_works_by_id_card(host: HttpHost, id_card_of: IdCard) -> None:
    person = await host.identify_by_id_card(id_card_of("li_jianguo"))
    for scheme in Scheme:
        history = await host.contributions(person, scheme)
        assert history.scheme is scheme
        assert history.gaps == 2
        year = next(year for year in history.years if year.year == 2019)
        assert [month.month for month in year.months if not month.paid] == [3, 4]
        assert history.total_own == sum(month.own for year in history.years for month in year.months)
    pension = await host.pension(person)
    assert (pension.retired_since, pension.monthly_benefit, pension.last_paid) == (None, None, None)
    assert pension.account_balance > pension.own_total > 0
    assert (await host.personal_data(person)).employer == "示例市华光电子有限公司"


async def test_a_month_that_passes_while_the_host_runs_is_no_gap(
    host: HttpHost, sandbox_host: Any, id_card_of: IdCard
) -> None:
    before = await host.contributions(await host.identify_by_id_card(id_card_of("zhao_min")), Scheme.PENSION)
    sandbox_host.control.post("/sandbox/clock", json={"seconds": 400 * 86400}).raise_for_status()
    later = await host.contributions(await host.identify_by_id_card(id_card_of("zhao_min")), Scheme.PENSION)
    assert (later.gaps, later.months_paid, later.years) == (0, before.months_paid, before.years)


async def test_running_benefits_are_told(host: HttpHost, sandbox_host: Any) -> None:
    found = []
    for candidate in sandbox_host.people(kind="ordinary", retired=False, limit=100):
        person = await host.identify_by_id_card(id_card(candidate))
        found += await host.benefits(person)
    assert {benefit.kind for benefit in found} >= {"unemployment", "injury"}
    assert all((benefit.until is None) == (benefit.state == "running") for benefit in found)


async def test_unknown_person_is_cause_1(host: HttpHost) -> None:
    unknown = IdCardProof("citizen", "990101190001010016", "无人", date(1900, 1, 1), None)
    assert (await refusal(host.identify_by_id_card(unknown))).code == RefusalCode.UNKNOWN_PERSON


async def test_a_number_of_two_persons_is_cause_2(host: HttpHost, sandbox_host: Any) -> None:
    for twin in sandbox_host.people(kind="duplicate_number", limit=2):
        assert (await refusal(host.identify_by_id_card(id_card(twin)))).code == RefusalCode.DUPLICATE_NUMBER


async def test_data_that_differ_are_cause_3_with_both_values_and_only_these(host: HttpHost, sandbox_host: Any) -> None:
    [person] = sandbox_host.people(kind="data_differ", limit=1)
    refused = await refusal(host.identify_by_id_card(id_card(person)))
    assert refused.code == RefusalCode.DATA_DIFFER
    assert refused.differences == (Difference("name", person["id_card_name"], person["host_name"]),)
    assert person["host_name"] not in f"{refused} {refused!r}"


async def test_no_photo_is_told_in_the_data_and_refuses_no_query(host: HttpHost, sandbox_host: Any) -> None:
    [without] = sandbox_host.people(kind="no_photo", limit=1)
    person = await host.identify_by_id_card(id_card(without))
    assert (await host.personal_data(person)).photo_on_file is False


@pytest.mark.parametrize("kind", ["hmt", "foreigner2017", "foreigner2023"])
async def test_other_documents_open_a_session_too(host: HttpHost, sandbox_host: Any, kind: str) -> None:
    [other] = sandbox_host.people(kind=kind, limit=1)
    assert other["document"] == kind
    assert (await host.identify_by_id_card(id_card(other))).number == other["number"]


async def test_a_minor_needs_a_guardian(host: HttpHost, card_of: Card, id_card_of: IdCard) -> None:
    for call in (host.identify_by_card(card_of("huang_lei")), host.identify_by_id_card(id_card_of("huang_lei"))):
        assert (await refusal(call)).code == RefusalCode.MINOR_NEEDS_GUARDIAN


async def test_one_insured_elsewhere_has_a_session_and_no_records(host: HttpHost, sandbox_host: Any) -> None:
    [elsewhere] = sandbox_host.people(kind="not_insured_here", limit=1)
    person = await host.identify_by_id_card(id_card(elsewhere))
    assert person.insured_here is False
    assert (await refusal(host.medical_account(person))).code == RefusalCode.NOT_INSURED_HERE
    status = await host.card_status(person)
    assert (status.card_number, status.social_side, status.bank_as_of) == ("", CardSide.NONE, None)


async def test_an_expired_document_is_refused(host: HttpHost, id_card_of: IdCard) -> None:
    card = id_card_of("zhao_min")
    expired = IdCardProof(card.kind, card.number, card.name, card.birth_date, date(2020, 1, 1))
    assert (await refusal(host.identify_by_id_card(expired))).code == RefusalCode.NOT_ALLOWED


@pytest.mark.parametrize("side", ["temporary_loss", "cancelled", "stopped"])
async def test_a_stopped_card_is_refused(host: HttpHost, sandbox_host: Any, side: str) -> None:
    [person] = sandbox_host.people(social_side=side, limit=1)
    assert (await refusal(host.identify_by_card(ss_card(person)))).code == RefusalCode.CARD_STOPPED
    status = await host.card_status(await host.identify_by_id_card(id_card(person)))
    assert status.social_side == side


@pytest.mark.parametrize("side", ["normal", "locked", "sealed", "to_be_activated"])
async def test_other_cards_open_a_session(host: HttpHost, sandbox_host: Any, side: str) -> None:
    [person] = sandbox_host.people(social_side=side, limit=1)
    status = await host.card_status(await host.identify_by_card(ss_card(person)))
    assert status.social_side == side


async def test_blacklisted_and_unknown_cards(host: HttpHost, card_of: Card) -> None:
    assert (await refusal(host.identify_by_card(card_of("wu_guihua")))).code == RefusalCode.CARD_BLACKLISTED
    assert (await refusal(host.identify_by_card(card_of("he_qiang")))).code == RefusalCode.CARD_UNKNOWN


async def test_the_blacklist_has_cards_and_ranges_and_its_version_rises(
    host: HttpHost, sandbox_host: Any, card_of: Card
) -> None:
    version, cards, ranges = await host.blacklist()
    assert card_of("wu_guihua").identifier in cards
    [(first, last)] = ranges
    newly_lost = card_of("zhao_min")
    in_range = CardProof(f"{first[:-1]}1", "A00000000", newly_lost.social_security_number, newly_lost.name, "2.0", True)
    assert first <= in_range.identifier <= last
    assert (await refusal(host.identify_by_card(in_range))).code == RefusalCode.CARD_BLACKLISTED
    assert newly_lost.identifier not in cards
    sandbox_host.control.post("/sandbox/blacklist", json={"identifier": newly_lost.identifier}).raise_for_status()
    later_version, later_cards, _ = await host.blacklist()
    assert later_version == version + 1
    assert later_cards == cards | {newly_lost.identifier}
    assert (await refusal(host.identify_by_card(newly_lost))).code == RefusalCode.CARD_BLACKLISTED


async def test_the_states_of_the_demonstration(host: HttpHost, card_of: Card) -> None:
    expired = await host.card_status(await host.identify_by_card(card_of("ma_jun")))
    assert (expired.social_side, expired.bank_side) == (CardSide.NORMAL, CardSide.EXPIRED)
    locked = await host.card_status(await host.identify_by_card(card_of("sun_haoran", pin_verified=False)))
    assert locked.social_side == CardSide.LOCKED
    rare = card_of("zheng_ji")
    assert (await host.identify_by_card(rare)).name == "郑𠮷"
    as_on_chip = CardProof(rare.identifier, rare.card_number, rare.social_security_number, "郑?", rare.generation, True)
    assert (await host.identify_by_card(as_on_chip)).name == "郑𠮷"


async def test_a_card_of_one_with_the_number_of_another_is_refused(host: HttpHost, card_of: Card, demo: Any) -> None:
    card = card_of("zhao_min")
    forged = CardProof(card.identifier, card.card_number, demo["li_jianguo"].number, card.name, card.generation, True)
    refused = await refusal(host.identify_by_card(forged))
    assert refused.code == RefusalCode.DATA_DIFFER
    assert [difference.field for difference in refused.differences] == ["number"]


async def test_without_a_pin_only_the_state_of_the_card_is_told(host: HttpHost, card_of: Card) -> None:
    person = await host.identify_by_card(card_of("zhao_min", pin_verified=False))
    await host.card_status(person)
    for call in (
        host.medical_account(person), host.pension(person), host.benefits(person), host.personal_data(person),
        host.contributions(person, Scheme.MEDICAL), host.report_wrong_data(person, ("phone",), "KIOSK-TEST-01-0001"),
        host.register_document(person, "contributions", "KIOSK-TEST-01-0002"),
    ):  # fmt: skip
        assert (await refusal(call)).code == RefusalCode.NOT_ALLOWED


async def test_a_session_ends_when_told_when_unused_and_when_the_host_restarts(
    host: HttpHost, sandbox_host: Any, id_card_of: IdCard
) -> None:
    async def over(person: Person) -> bool:
        return (await refusal(host.pension(person))).code == RefusalCode.SESSION_OVER

    person = await host.identify_by_id_card(id_card_of("zhao_min"))
    await host.end_session(person)
    await host.end_session(person)
    assert await over(person)
    person = await host.identify_by_id_card(id_card_of("zhao_min"))
    sandbox_host.control.post("/sandbox/clock", json={"seconds": 14 * 60})
    await host.pension(person)
    sandbox_host.control.post("/sandbox/clock", json={"seconds": 15 * 60})
    assert await over(person)
    person = await host.identify_by_id_card(id_card_of("zhao_min"))
    sandbox_host.control.post("/sandbox/sessions/end")
    assert await over(person)
    forged = Person("forged", person.name, person.number, person.birth_date, True)
    assert await over(forged)


async def test_nobody_sees_anothers_data_by_a_token(host: HttpHost, id_card_of: IdCard) -> None:
    zhao = await host.identify_by_id_card(id_card_of("zhao_min"))
    li = await host.identify_by_id_card(id_card_of("li_jianguo"))
    assert zhao.token != li.token
    assert (await host.personal_data(zhao)).number == zhao.number
    assert (await host.personal_data(li)).number == li.number


async def test_rate_limits_per_person_and_per_kiosk(
    connect: Callable[..., HttpHost], sandbox_host: Any, id_card_of: IdCard
) -> None:
    host, elsewhere = connect(), connect(kiosk_id="KIOSK-TEST-02")
    sandbox_host.control.post("/sandbox/limits", json={"per_person": 2, "per_kiosk": 3}).raise_for_status()
    for _ in range(2):
        await host.identify_by_id_card(id_card_of("zhao_min"))
    assert (await refusal(host.identify_by_id_card(id_card_of("zhao_min")))).code == RefusalCode.TOO_MANY_REQUESTS
    assert (await refusal(elsewhere.identify_by_id_card(id_card_of("zhao_min")))).code == RefusalCode.TOO_MANY_REQUESTS
    assert (await refusal(host.identify_by_id_card(id_card_of("li_jianguo")))).code == RefusalCode.TOO_MANY_REQUESTS
    await elsewhere.identify_by_id_card(id_card_of("li_jianguo"))
    sandbox_host.control.post("/sandbox/clock", json={"seconds": 600})
    await host.identify_by_id_card(id_card_of("zhao_min"))


async def test_the_hsm_answers_for_cards_of_this_province_only(host: HttpHost) -> None:
    request = {
        "region": "990100", "atr": "3B6D", "algorithm": "03", "identifier": "990100D1560000050A00000148FB4966",
        "internal_factor": "32D9E876ADB31BBF", "internal_random": "DBF7A936D0D18C9E",
        "external_factor": "98B4D293D091C331", "external_random": "E603E2CAADAF02B6", "key_id": 10,
    }  # fmt: skip
    answer = await host.authenticate_card(HsmRequest(**request))
    assert (len(answer.internal_response), len(answer.external_cryptogram)) == (16, 16)
    assert answer == await host.authenticate_card(HsmRequest(**request))
    foreign = {**request, "region": "998800", "identifier": "998800D1560000050A00000B8160DC20"}
    assert (await refusal(host.authenticate_card(HsmRequest(**foreign)))).code == RefusalCode.CARD_UNKNOWN
    no_key = {**request, "key_id": 0x77}
    assert (await refusal(host.authenticate_card(HsmRequest(**no_key)))).code == RefusalCode.NOT_ALLOWED


async def test_a_torn_certificate_never_verifies_and_the_next_has_a_new_code(
    host: HttpHost, sandbox_host: Any, id_card_of: IdCard
) -> None:
    def checked(url: str) -> httpx.Response:
        return httpx.get(url, trust_env=False)

    person = await host.identify_by_id_card(id_card_of("li_jianguo"))
    torn = await host.register_document(person, "contributions", "KIOSK-TEST-01-D1")
    assert checked(torn.check_url).status_code == 404
    await host.void_document(torn.number, "KIOSK-TEST-01-D1-void")
    assert (await refusal(host.activate_document(torn.number, "KIOSK-TEST-01-D1-act"))).code == RefusalCode.NOT_ALLOWED
    whole = await host.register_document(person, "contributions", "KIOSK-TEST-01-D2")
    assert (whole.number != torn.number, whole.verification_code != torn.verification_code) == (True, True)
    await host.end_session(person)
    await host.activate_document(whole.number, "KIOSK-TEST-01-D2-act")
    page = checked(whole.check_url)
    assert page.status_code == 200
    assert whole.number in page.text
    assert person.name not in page.text
    assert person.number not in page.text
    assert checked(torn.check_url).text == checked(f"{torn.check_url[:-4]}ZZZZ").text


async def test_a_pin_change_is_noted_for_known_cards(host: HttpHost, card_of: Card) -> None:
    await host.pin_changed(card_of("zhou_ting").identifier, "KIOSK-TEST-01-P1")
    assert (await refusal(host.pin_changed("99" * 16, "KIOSK-TEST-01-P2"))).code == RefusalCode.CARD_UNKNOWN
