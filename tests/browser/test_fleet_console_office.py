"""What the office does at the console: tickets, hours that do not count, places, joining and leaving, contacts."""

from __future__ import annotations

import re

from playwright.async_api import Browser, Page, expect
from test_fleet_console_walk import JAM, Standing, browser, fleet, picture, pytestmark, signed_in

from kiosk.fleet.access.roles import LEAST, Role
from kiosk.fleet.console.frame import PAGES

__all__ = ["browser", "fleet", "pytestmark"]

PATIENCE = 30_000


async def at_kiosk(page: Page, fleet: Standing, kiosk: str) -> None:
    await page.goto(f"{fleet.url}console/kiosk/{kiosk}?lang=en")
    await expect(page.get_by_test_id("kiosk-name")).to_contain_text(kiosk)


async def say(page: Page, field: str, text: str) -> None:
    """Into a field; what carries the name is the input itself."""
    await page.get_by_test_id(field).fill(text)


async def test_a_ticket_is_opened_noted_and_closed_and_an_alert_escalated(browser: Browser, fleet: Standing) -> None:
    page = await signed_in(browser, fleet, "operator")
    page.set_default_timeout(PATIENCE)
    await at_kiosk(page, fleet, "S00005")
    await expect(page.get_by_test_id("revoke")).to_have_count(0)  # none of these is an operator's
    await expect(page.get_by_test_id("adjust")).to_have_count(0)
    await expect(page.get_by_test_id("describe")).to_have_count(0)
    await page.get_by_test_id("open-ticket").click()
    await page.get_by_test_id("ticket-save").click()
    await expect(page.get_by_text("Say what is the matter.")).to_be_visible()
    await say(page, "ticket-what", "The lamp flickers.")
    await page.get_by_test_id("ticket-urgency").get_by_text("High").click()
    await page.get_by_test_id("ticket-save").click()
    ticket = page.locator('[data-testid^="ticket-"].order', has_text="Somebody asked for work to be done.")
    await expect(ticket).to_contain_text("High")
    await ticket.locator('[data-testid^="notes-"]').click()
    await expect(page.locator(".ask")).to_contain_text("The lamp flickers.")
    await say(page, "ticket-text", "New lamp.")
    await say(page, "ticket-parts", "lamp=1")
    await page.get_by_test_id("ticket-add").click()
    await expect(page.locator(".ask")).to_have_count(0)
    await ticket.locator('[data-testid^="take-ticket-"]').click()
    await expect(ticket).to_contain_text("with operator")
    await ticket.locator('[data-testid^="close-ticket-"]').click()
    await page.get_by_test_id("close-go").click()
    await expect(page.get_by_text("Say what was done.")).to_be_visible()
    await say(page, "close-note", "Lamp tried out.")
    await page.get_by_test_id("close-go").click()
    await expect(ticket).to_have_count(0)
    viewer = await signed_in_quietly(browser, fleet, "viewer")
    viewer.set_default_timeout(PATIENCE)
    await viewer.goto(f"{fleet.url}console/tickets?lang=en")
    await viewer.get_by_text("Done", exact=True).click()
    notes = viewer.locator('[data-testid^="notes-"]')
    await expect(notes).to_have_text("Notes")
    await notes.click()
    await expect(viewer.locator(".ask")).to_contain_text("Lamp tried out.")
    await expect(viewer.locator(".ask input")).to_have_count(0)
    await viewer.get_by_role("button", name="Close").click()
    await expect(viewer.locator(".ask")).to_have_count(0)
    fleet.tell("door S00008")
    engineer = await signed_in_quietly(browser, fleet, "engineer")
    engineer.set_default_timeout(PATIENCE)
    await engineer.goto(f"{fleet.url}console/kiosk/S00008?lang=en")
    await expect(engineer.get_by_test_id("part-cabinet")).to_contain_class("critical")  # shut or not
    forced = engineer.locator('[data-testid^="alert-"]', has_text="fleet.door_forced")
    await forced.locator('[data-testid^="settle-"]').click()
    await engineer.get_by_test_id("settle-go").click()
    await expect(engineer.get_by_text("Say what is the matter.")).to_be_visible()
    await say(engineer, "settle-said", "The hall's own electrician.")
    await engineer.get_by_test_id("settle-go").click()
    await expect(forced).to_have_count(0)
    await expect(engineer.get_by_test_id("part-cabinet")).to_have_count(0)
    fleet.tell(f"fault S00005 receipt_printer {JAM}")
    alert = page.locator('[data-testid^="alert-"]')
    await alert.locator('[data-testid^="escalate-"]').click()
    await expect(page.get_by_test_id("sentence")).to_have_text("Whoever is next in line is told now, without waiting.")
    await say(page, "escalate-said", "No spare part here.")
    await page.get_by_test_id("escalate-go").click()
    await expect(alert).to_contain_text("No spare part here.")
    await expect(alert).to_contain_text("Escalated")
    fleet.tell("mend S00005 receipt_printer")


async def test_a_kiosk_is_described_its_hours_taken_out_and_it_is_struck_off(browser: Browser, fleet: Standing) -> None:
    page = await signed_in(browser, fleet, "administrator")
    page.set_default_timeout(PATIENCE)
    await at_kiosk(page, fleet, "S00019")
    await page.get_by_test_id("describe").click()
    await say(page, "detail-site", "South hall")
    await say(page, "detail-at", "somewhere")
    await say(page, "detail-hours", "1-5 08:30-12:00 13:30-17:30")
    await page.get_by_test_id("save-details").click()
    await expect(page.get_by_text("Those are no coordinates.")).to_be_visible()
    await say(page, "detail-at", "30.2741,120.1551")
    await page.get_by_test_id("save-details").click()
    await expect(page.locator(".ask")).to_have_count(0)
    await expect(page.locator(".facts")).to_contain_text("South hall")
    await page.get_by_test_id("describe").click()
    await expect(page.get_by_test_id("detail-at")).to_have_value("30.274100,120.155100")
    await expect(page.get_by_test_id("detail-hours")).to_have_value("1-5 08:30-12:00 13:30-17:30")
    await page.keyboard.press("Escape")

    await page.get_by_test_id("adjust").click()
    await say(page, "from", "2026-11-01T09:00")
    await say(page, "to", "2026-11-01T08:00")
    await say(page, "why", "Power cut in the hall")
    await page.get_by_test_id("save-adjust").click()
    await expect(page.get_by_text("Those dates do not work.")).to_be_visible()
    now = await page.evaluate("new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 16)")  # in the kiosks' zone
    earlier = await page.evaluate("new Date(Date.now() + 7 * 3600e3).toISOString().slice(0, 16)")
    await say(page, "from", earlier)
    await say(page, "to", now)
    await page.get_by_test_id("save-adjust").click()
    await expect(page.get_by_test_id("sentence")).to_contain_text("will not count for availability")
    await page.get_by_test_id("sure-adjust").click()
    entry = page.locator('[data-testid^="exclusion-"]')
    await expect(entry).to_contain_text("Power cut in the hall")
    await entry.locator('[data-testid^="withdraw-"]').click()
    await page.get_by_test_id("sure-withdraw").click()
    await expect(entry).to_contain_text("counts again")
    await expect(entry.locator(".gone")).to_have_count(1)

    await page.get_by_test_id("make-code").click()
    await page.get_by_test_id("code-go").click()
    await expect(page.get_by_test_id("code")).to_contain_text("shown only now")
    await page.get_by_role("button", name="Close").last.click()
    await expect(page.get_by_test_id("code")).to_have_count(0)

    await page.get_by_test_id("revoke").click()
    await expect(page.get_by_test_id("sentence")).to_contain_text("S00019 is cut off at once")
    await say(page, "sure-revoke-typed", "S00018")
    await page.get_by_test_id("sure-revoke").click()
    await expect(page.get_by_text("Type S00019.")).to_be_visible()
    await say(page, "sure-revoke-typed", "s00019")
    await page.get_by_test_id("sure-revoke").click()
    await page.wait_for_url("**/console/?lang=en")
    await expect(page.get_by_test_id("count-total").locator(".figure")).to_have_text("19")
    await page.get_by_test_id("nav-records").click()
    for action in ("kiosk.retire", "availability.withdraw", "availability.exclude", "enrolment.code", "kiosk.describe"):
        await expect(page.get_by_test_id(f"audit-{action}").first).to_be_visible()
    await say(page, "about", "S00019")
    await page.get_by_test_id("search-audit").click()
    await expect(page.get_by_test_id("audit-account.sign_in")).to_have_count(0)
    await expect(page.get_by_test_id("audit-kiosk.retire")).to_have_text(
        re.compile("administratorStruck off · S00019$")
    )


async def test_contacts_are_added_tried_out_paused_and_removed(browser: Browser, fleet: Standing) -> None:
    page = await signed_in_quietly(browser, fleet, "administrator")
    page.set_default_timeout(PATIENCE)
    await page.goto(f"{fleet.url}console/contacts?lang=zh")
    await page.get_by_test_id("add-contact").click()
    await say(page, "contact-name", "调度系统")
    await page.get_by_test_id("contact-channel").get_by_text("系统对接").click()
    await say(page, "contact-address", "ftp://desk.example.org")
    await page.get_by_test_id("save-contact").click()
    await expect(page.get_by_text("网址应以 https:// 或 http:// 开头。")).to_be_visible()
    await say(page, "contact-address", "http://127.0.0.1:9/in")
    await page.get_by_test_id("save-contact").click()
    secret = (await page.get_by_test_id("secret").inner_text()).partition("：")[2]
    assert len(secret) == 43
    await page.get_by_role("button", name="关闭").last.click()
    await expect(page.get_by_test_id("secret")).to_have_count(0)
    contact = page.locator('[data-testid^="contact-"].order')
    await expect(contact).to_contain_text("调度系统")
    await contact.locator('[data-testid^="test-"]').click()
    await expect(page.get_by_test_id("sentence")).to_contain_text("http://127.0.0.1:9/in")
    await page.get_by_test_id("sure-test").click()
    await expect(contact.get_by_test_id("last")).to_contain_text("没有送达")  # nobody listens there
    await contact.locator('[data-testid^="pause-"]').click()
    await page.get_by_test_id("sure-pause").click()
    await expect(contact).to_contain_text("已暂停")
    await picture(page, "6-contacts")
    await page.reload()
    await expect(contact).to_contain_text("已暂停")
    assert secret not in await page.content()
    await contact.locator('[data-testid^="remove-"]').click()
    await page.get_by_test_id("sure-remove").click()
    await expect(contact).to_have_count(0)


async def test_each_page_takes_its_role_and_a_closed_account_sees_no_more(browser: Browser, fleet: Standing) -> None:
    roles = {each.value: each for each in Role}
    pages = {who: await signed_in_quietly(browser, fleet, who) for who in ("operator", "engineer", "administrator")}
    for who, page in pages.items():
        for _, path, act in PAGES:
            answer = await page.request.get(f"{fleet.url}console{path}")
            assert (who, path, answer.status) == (who, path, 200 if roles[who].covers(LEAST[act]) else 403)
    engineer, administrator = pages["engineer"], pages["administrator"]
    await pages["operator"].goto(f"{fleet.url}console/?lang=en")
    await pages["operator"].get_by_test_id("me").click()
    for field, text in (("now", "not the words"), ("new", "synthetic words 18")):
        await say(pages["operator"], f"password-{field}", text)
    await pages["operator"].get_by_test_id("password-go").click()
    await expect(pages["operator"].get_by_text("That is not your present password.")).to_be_visible()
    await say(pages["operator"], "password-now", fleet.people["operator"])
    await pages["operator"].get_by_test_id("password-go").click()
    await pages["operator"].get_by_test_id("password").wait_for()  # to sign in with the new one
    fleet.people["operator"] = "synthetic words 18"
    await signed_in_quietly(browser, fleet, "operator")
    await administrator.goto(f"{fleet.url}console/people?lang=en")
    await administrator.get_by_test_id("role-operator").click()
    await administrator.get_by_role("option", name="Viewer").click()
    await expect(administrator.get_by_test_id("sentence")).to_have_text(
        "operator becomes Viewer and is signed out at once."
    )
    await administrator.get_by_role("button", name="Leave it").click()
    await expect(administrator.get_by_test_id("role-operator")).to_have_text("Operator")
    await administrator.get_by_test_id("reset-operator").click()
    await expect(administrator.get_by_test_id("sentence")).to_contain_text("operator is signed out everywhere")
    await say(administrator, "reset-password", "too short")
    await administrator.get_by_test_id("reset-go").click()
    await expect(administrator.get_by_text("A password has 12 to 200 characters.")).to_be_visible()
    await say(administrator, "reset-password", "synthetic words 19")
    await administrator.get_by_test_id("reset-go").click()
    await expect(administrator.locator(".ask")).to_have_count(0)
    fleet.people["operator"] = "synthetic words 19"
    await signed_in_quietly(browser, fleet, "operator")
    engineer.set_default_timeout(PATIENCE)
    await engineer.goto(f"{fleet.url}console/stock?lang=en")
    await expect(engineer.get_by_test_id("sign-out")).to_be_visible()
    account = f"{fleet.url}api/v1/accounts/engineer"
    assert (await administrator.request.patch(account, data={"disabled": True})).ok
    await engineer.get_by_test_id("password").wait_for()  # nothing was touched there
    assert (await administrator.request.patch(account, data={"disabled": False})).ok


async def test_an_engineer_searches_what_kiosks_told(browser: Browser, fleet: Standing) -> None:
    fleet.tell(f"fault S00006 receipt_printer {JAM}")
    page = await signed_in_quietly(browser, fleet, "engineer")
    page.set_default_timeout(PATIENCE)
    await page.goto(f"{fleet.url}console/journal?lang=en")
    await expect(page.get_by_test_id("found").first).to_be_visible()
    await say(page, "of-kiosk", "s00006")
    await say(page, "fault", "receipt_printer")
    await page.get_by_test_id("search").click()
    await expect(page.get_by_test_id("found").first).to_contain_text(JAM)
    await picture(page, "7-journal")
    table = await page.get_by_role("link", name="Download CSV").get_attribute("href")
    answer = await page.request.get(f"{fleet.url}console/{table}")
    lines = (await answer.text()).splitlines()[1:]
    assert len(lines) == await page.get_by_test_id("found").count()
    assert all("S00006" in line and JAM in line for line in lines)
    await say(page, "since", "2026-01-01T00:00")
    await page.get_by_test_id("search").click()
    await expect(page.get_by_text("Those times do not work")).to_be_visible()
    fleet.tell("mend S00006 receipt_printer")


async def signed_in_quietly(browser: Browser, fleet: Standing, who: str) -> Page:
    """Through the API; the first page is not waited for."""
    page = await (await browser.new_context()).new_page()
    words = {"name": who, "password": fleet.people[who]}
    answer = await page.request.post(f"{fleet.url}api/v1/session", data=words)
    assert answer.ok
    return page
