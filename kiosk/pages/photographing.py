"""Pages of the photo: taken now and measured, or named by its receipt number (A2, A3)."""

from __future__ import annotations

from devices.contract import DeviceState
from kiosk.health.capabilities import WORKING
from kiosk.pages.issue_facts import issue_of, waiting
from kiosk.session import Session
from kiosk.tools import Tools
from statemachines.views import Choice, EnterDigits, Menu, Photo, Say

RECEIPT_DIGITS = (6, 20)
"""A photographer's receipt number has so many digits, at least and at most."""

sending = waiting(Say("issue.working.sending_photo"), "host")
sending_receipt = waiting(Say("issue.working.sending_receipt"), "host")


def means(session: Session, tools: Tools) -> Menu:
    return Menu(
        question=Say("issue.photo.question"),
        greeting=Say("issue.photo.why"),
        choices=(
            Choice(
                id="camera",
                title=Say("issue.photo.camera"),
                note=Say("issue.photo.camera.note"),
                icon="camera",
                why_not=None if _camera_works(tools) else Say("why_not.no_camera"),
            ),
            Choice(
                id="receipt",
                title=Say("issue.photo.receipt"),
                note=Say("issue.photo.receipt.note"),
                icon="print",
            ),
        ),
    )


def _camera_works(tools: Tools) -> bool:
    if tools.camera is None:
        return False
    status = tools.health.statuses.get("camera")
    return status is None or status.device in WORKING | {DeviceState.STARTING}


def aiming(session: Session, tools: Tools) -> Photo:
    issue = issue_of(session)
    return Photo("aim", picture=issue.mirror, tries_left=issue.photo_tries_left)


def taking(session: Session, tools: Tools) -> Photo:
    issue = issue_of(session)
    return Photo("taking", picture=issue.mirror, tries_left=issue.photo_tries_left)


def good(session: Session, tools: Tools) -> Photo:
    issue = issue_of(session)
    return Photo("good", picture=issue.photo_shown, tries_left=issue.photo_tries_left)


def bad(session: Session, tools: Tools) -> Photo:
    """The faults named, and drawn where they are."""
    issue = issue_of(session)
    if issue.photo is None:
        return Photo("bad", tries_left=issue.photo_tries_left)
    return Photo(
        "bad",
        picture=issue.photo_shown,
        faults=tuple(Say(f"photo.fault.{each.fault}") for each in issue.photo.report.faults),
        tries_left=issue.photo_tries_left,
    )


def receipt(session: Session, tools: Tools) -> EnterDigits:
    shortest, longest = RECEIPT_DIGITS
    return EnterDigits(
        question=Say("issue.photo_receipt.question"),
        shortest=shortest,
        longest=longest,
        hint=Say("issue.photo_receipt.hint"),
        problem=issue_of(session).problem,
    )
