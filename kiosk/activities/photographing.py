"""The photo: a mirror to sit up before, a picture held against the region's rule, and the photo given to the host
(scenarios A2, A3). Pictures are in the session's memory and nowhere else; no template of a face is ever made."""

from __future__ import annotations

import asyncio
import hashlib
import io
import threading
from collections.abc import Awaitable, Callable
from typing import Literal, NoReturn

import structlog
from PIL import Image

from devices.camera.contract import Camera
from devices.worker import DeviceWorker
from kiosk.activities.issue_tools import host_of, issue_of
from kiosk.activities.refusals import host_trouble
from kiosk.host.issuing_port import IssuingHost
from kiosk.host.issuing_values import Application, IssuingRefusal, step_key
from kiosk.host.port import HostError, HostRefused
from kiosk.issue import Issue
from kiosk.journal.issues import IssueRecord
from kiosk.photo.drawn import drawn
from kiosk.photo.rule import PhotoRule
from kiosk.photo.taken import Taken, take
from kiosk.runtime import Stage
from kiosk.tools import Tools
from statemachines.views import Say

log = structlog.get_logger("photo")

BETWEEN_PICTURES = 0.25
"""Seconds from one picture of the mirror to the next at least: enough to find the outline, and half a core is free."""

SHOWN = 480, 600
"""Width and height of what a page shows, in pixels: some 35 kB."""

SHOWN_QUALITY = 70

_one_at_a_time = threading.Lock()
"""Finding a face is not thread-safe, and one whose state was left may still be at work."""


async def mirror(stage: Stage) -> NoReturn:
    """Show the citizen what the camera sees, until the state is left; then the camera rests, and holds no picture."""
    tools, camera, issue = stage.tools, _camera(stage.tools), _issue(stage)
    stage.session.trouble = None
    try:
        while True:
            due = tools.clock.monotonic() + BETWEEN_PICTURES
            issue.mirror = await camera.call(_live)
            stage.refresh()
            await tools.clock.sleep(max(0.0, due - tools.clock.monotonic()))
    finally:
        issue.mirror = b""
        await camera.call(lambda device: device.rest())


def _live(camera: Camera) -> bytes:
    """On the camera's own thread: the middle of what it sees now, not mirrored, as a JPEG for the page."""
    return _for_page(_middle(camera.preview().image))


def _middle(image: Image.Image) -> Image.Image:
    width, height = image.size
    shape = SHOWN[0] / SHOWN[1]
    wide, high = min(width, round(height * shape)), min(height, round(width / shape))
    left, top = (width - wide) // 2, (height - high) // 2
    return image.crop((left, top, left + wide, top + high))


def _for_page(image: Image.Image) -> bytes:
    """Within :data:`SHOWN`, its shape kept."""
    scale = min(1.0, SHOWN[0] / image.width, SHOWN[1] / image.height)
    if scale < 1.0:
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        image = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=SHOWN_QUALITY)
    return file.getvalue()


async def take_photo(stage: Stage) -> Literal["good", "bad"]:
    """Take a picture and hold it against the rule. A camera that fails costs no try; without one left none is taken."""
    issue, camera = _issue(stage), _camera(stage.tools)
    if not issue.photo_tries_left:
        return "bad"
    issue.photo, issue.photo_shown = None, b""
    try:
        frame = await camera.call(lambda device: device.capture())
    finally:
        await camera.call(lambda device: device.rest())
    issue.photo_tries += 1
    photo, shown = await asyncio.to_thread(_judged, frame.image, stage.tools.policy.rules.photo)
    issue.photo, issue.photo_shown = photo, shown
    faults = [each.fault.value for each in photo.report.faults]
    log.info("photo_taken", attempt=issue.photo_tries, faults=faults)
    return "good" if photo.file is not None and photo.report.good else "bad"


def _judged(picture: Image.Image, rule: PhotoRule) -> tuple[Taken, bytes]:
    with _one_at_a_time:
        photo = take(picture, rule=rule)
    if photo.file is not None and photo.report.good:
        return photo, photo.file
    return photo, _for_page(drawn(photo.image, photo.report.faults))


async def send_photo(stage: Stage) -> Literal["accepted", "refused", "unreachable"]:
    """Give the photo to the host."""
    issue, record = issue_of(stage)
    if issue.photo is None or issue.photo.file is None:
        raise RuntimeError("no photo has been taken")
    file, tries = issue.photo.file, issue.photo_tries
    key = _key(record, "photo", file)
    try:
        await _sent(stage, "camera", lambda host, application: host.submit_photo(application, file, key))
    except HostError as error:
        log.warning("photo_not_accepted", reason=type(error).__name__)
        stage.session.trouble = host_trouble(error)
        return "refused" if isinstance(error, HostRefused) else "unreachable"
    log.info("photo_accepted", tries=tries)
    return "accepted"


async def send_photo_receipt(stage: Stage) -> Literal["accepted", "unknown_receipt", "refused", "unreachable"]:
    """Have the host take the photo that a photographer sent in, by the number on their receipt."""
    issue, record = issue_of(stage)
    receipt = stage.session.kept["photo_receipt"]
    key = _key(record, "photo_receipt", receipt.encode("utf-8"))
    issue.problem = None
    try:
        await _sent(stage, "receipt", lambda host, application: host.use_photo_receipt(application, receipt, key))
    except HostRefused as error:
        if error.code == IssuingRefusal.PHOTO_RECEIPT_UNKNOWN:
            issue.problem = Say("issue.photo_receipt.unknown")
            return "unknown_receipt"
        stage.session.trouble = host_trouble(error)
        return "refused"
    except HostError as error:
        stage.session.trouble = host_trouble(error)
        return "unreachable"
    return "accepted"


async def _sent(stage: Stage, how: str, request: Callable[[IssuingHost, str], Awaitable[Application]]) -> None:
    """The host has a photo: the pictures here are forgotten, and the journal says how it came."""
    issue, record = issue_of(stage)
    issue.application = await request(host_of(stage.tools), record.application)
    forget_pictures(issue)
    await stage.tools.record.issuing.note(record, "issue.photo", {"from": how, "tries": issue.photo_tries})


def forget_pictures(issue: Issue) -> None:
    """Nothing of the camera's is left in the issue."""
    issue.photo = None
    issue.mirror = issue.photo_shown = b""


def _key(record: IssueRecord, step: str, content: bytes) -> str:
    """Another picture is another request: the key goes by what is sent, so the same one sent again has the same."""
    return step_key(record.business, f"{step}.{hashlib.sha256(content).hexdigest()[:12]}")


def _camera(tools: Tools) -> DeviceWorker[Camera]:
    if tools.camera is None:
        raise RuntimeError("no camera is fitted")
    return tools.camera


def _issue(stage: Stage) -> Issue:
    if stage.session.issue is None:
        raise RuntimeError("no card is being applied for")
    return stage.session.issue
