"""Holds a photo against the rule.

What a picture cannot tell is not asked here: a hat that leaves the face free, a uniform, a look that is not
neutral, how old the picture is.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator

import cv2
import numpy
from PIL import Image, JpegImagePlugin, UnidentifiedImageError

from devices.camera.landmarks import Landmarks
from kiosk.photo import quality
from kiosk.photo.faces import Found, find
from kiosk.photo.jpeg import quality_of
from kiosk.photo.report import Box, Fault, Line, Measured, PhotoFault, PhotoReport
from kiosk.photo.rule import NATIONAL, PhotoRule


class NotAPicture(ValueError):
    """The bytes are no picture at all, or a damaged one."""


def measure(photo: Image.Image | bytes, landmarks: Landmarks | None = None, rule: PhotoRule = NATIONAL) -> PhotoReport:
    """Everything about a finished photo. About 0.1 s. Not thread-safe.

    ``photo``: a file's bytes, or a picture without a file, whose file is then not judged. ``landmarks`` of a camera
    that knows; None: the face is looked for. Raises NotAPicture.
    """
    image, file = (photo, None) if isinstance(photo, Image.Image) else (opened(photo), photo)
    found = find(image) if landmarks is None else Found(((0.0, 0.0, 1.0, 1.0),), landmarks)
    upright = image.convert("RGB")
    measured = _measured(upright, found, rule, image if file else None, file)
    faults = [*_file_faults(image, measured, rule, is_file=file is not None)]
    if (image.width, image.height) == (rule.width, rule.height):
        faults += _picture_faults(upright, found, measured, rule)
    order = list(Fault)
    return PhotoReport(tuple(sorted(faults, key=lambda fault: order.index(fault.fault))), measured)


def opened(file: bytes) -> Image.Image:
    """The picture in a file, whole. Raises NotAPicture."""
    try:
        image = Image.open(io.BytesIO(file))
        image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPicture(type(error).__name__) from error
    return image


def _measured(
    image: Image.Image, found: Found, rule: PhotoRule, opened: Image.Image | None, file: bytes | None
) -> Measured:
    pixels = numpy.asarray(image)
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    face = found.landmarks
    wall = quality.background(pixels, face)
    step, _ = quality.border(gray)
    clothes = quality.area(gray, quality.clothes_box(image.width, image.height))
    told: dict[str, float] = {
        "background_lightness": wall.lightness,
        "background_tint": wall.tint,
        "background_spread": wall.spread,
        "border_step": step,
        "clothes_lightness": float(numpy.median(clothes)) if clothes.size else 0.0,
    }
    if face is not None:
        (x, y), (left, right) = face.eye_middle, (face.left_eye, face.right_eye)
        skin, clipped = quality.lightness(gray, face)
        told |= {
            "face_width": face.face_width,
            "hair_top": face.hair_top,
            "eye_middle": x,
            "eyes_above_lower_edge": image.height - y,
            "turn": (x - (face.face_left + face.face_right) / 2) / face.face_width,
            "tilt_degrees": math.degrees(math.atan2(right[1] - left[1], right[0] - left[0])),
            "sharpness": quality.sharpness(gray, face, rule.height),
            "face_lightness": skin,
            "clipped_share": clipped,
            "glare_share": max(quality.glare(pixels, face)),
        }
    density = opened.info.get("dpi") if opened is not None else None
    return Measured(
        width=image.width,
        height=image.height,
        faces=len(found.boxes),
        dpi=None if density is None else float(density[0]),
        file_bytes=None if file is None else len(file),
        quality=quality_of(opened) if isinstance(opened, JpegImagePlugin.JpegImageFile) else None,
        **{name: round(value, 3) for name, value in told.items()},
    )


def _file_faults(image: Image.Image, measured: Measured, rule: PhotoRule, *, is_file: bool) -> Iterator[PhotoFault]:
    if (image.width, image.height) != (rule.width, rule.height):
        yield PhotoFault(Fault.SIZE, (), f"{image.width} x {image.height}", f"{rule.width} x {rule.height}")
    if image.mode != "RGB":
        yield PhotoFault(Fault.COLOUR, (), image.mode, "RGB, 8 bits each")
    if not is_file or measured.file_bytes is None:
        return
    if image.format != "JPEG":
        yield PhotoFault(Fault.FORMAT, (), str(image.format), "JPEG")
    if measured.dpi is None or round(measured.dpi) != rule.dpi:
        yield PhotoFault(Fault.RESOLUTION, (), "none" if measured.dpi is None else f"{measured.dpi:g}", f"{rule.dpi}")
    least, most = rule.file_kilobytes
    found, allowed = f"{measured.file_bytes / 1024:.1f} KB", f"{least} to {most} KB"
    if measured.file_bytes < least * 1024:
        yield PhotoFault(Fault.FILE_SMALL, (), found, allowed)
    if measured.file_bytes > most * 1024:
        yield PhotoFault(Fault.FILE_LARGE, (), found, allowed)


def _picture_faults(image: Image.Image, found: Found, measured: Measured, rule: PhotoRule) -> Iterator[PhotoFault]:
    yield from _background_faults(image, found.landmarks, measured, rule)
    yield from finding_faults(image, found)
    face = found.landmarks
    if face is None:
        return
    yield from _place_faults(face, measured, rule)
    yield from _light_faults(image, face, measured, rule)


def finding_faults(image: Image.Image, found: Found) -> Iterator[PhotoFault]:
    """What is wrong when there is not just one face with both its eyes."""
    boxes = tuple(Box(left, top, left + width, top + height) for left, top, width, height in found.boxes)
    if not boxes:
        yield PhotoFault(Fault.NO_FACE)
    elif len(boxes) > 1:
        yield PhotoFault(Fault.SEVERAL_FACES, boxes, str(len(boxes)), "1")
    elif found.landmarks is None:
        glaring = quality.glaring_spectacles(numpy.asarray(image.convert("RGB")), boxes[0])
        yield PhotoFault(Fault.GLARE if glaring else Fault.EYES_HIDDEN, (_eyes_of(boxes[0]),))


def _eyes_of(face: Box) -> Box:
    """About where the eyes should be in a face as a cascade frames it."""
    height = face.bottom - face.top
    return Box(face.left, face.top + 0.25 * height, face.right, face.top + 0.55 * height)


def _place_faults(face: Landmarks, measured: Measured, rule: PhotoRule) -> Iterator[PhotoFault]:
    (x, y), (width, height) = face.eye_middle, (rule.width, rule.height)
    sides = tuple(Line(side, face.hair_top, side, face.chin) for side in (face.face_left, face.face_right))
    least, most = rule.face_width
    if not least <= face.face_width <= most:
        fault = Fault.FACE_SMALL if face.face_width < least else Fault.FACE_LARGE
        yield PhotoFault(fault, sides, f"{face.face_width:.0f}", f"{least} to {most}")
    least, most = rule.hair_top
    if not least <= round(face.hair_top) <= most:
        fault = Fault.HAIR_NEAR_EDGE if face.hair_top < least else Fault.HAIR_FAR_FROM_EDGE
        marks = Box(0, least, width, most), Line(0, face.hair_top, width, face.hair_top)
        yield PhotoFault(fault, marks, f"{face.hair_top:.0f}", f"{least} to {most}")
    least, most = rule.eye_middle
    if not least <= x <= most:
        fault = Fault.LEFT_OF_MIDDLE if x < least else Fault.RIGHT_OF_MIDDLE
        yield PhotoFault(fault, (Box(least, 0, most, height), Line(x, 0, x, height)), f"{x:.0f}", f"{least} to {most}")
    if height - y < rule.eyes_above_lower_edge:
        edge = height - rule.eyes_above_lower_edge
        marks = Box(0, 0, width, edge), Line(0, y, width, y)
        yield PhotoFault(Fault.EYES_LOW, marks, f"{height - y:.0f}", f"{rule.eyes_above_lower_edge} or more")
    turn = measured.turn or 0.0
    if abs(turn) > rule.turn:
        middle = (face.face_left + face.face_right) / 2
        marks_of_turn = Line(middle, face.hair_top, middle, face.chin), Line(x, face.hair_top, x, face.chin)
        yield PhotoFault(Fault.TURNED, marks_of_turn, f"{turn:+.2f}", f"-{rule.turn:g} to {rule.turn:g}")
    tilt = measured.tilt_degrees or 0.0
    if abs(tilt) > rule.tilt_degrees:
        line = Line(*face.left_eye, *face.right_eye)
        yield PhotoFault(Fault.TILTED, (line,), f"{tilt:+.0f}", f"-{rule.tilt_degrees:g} to {rule.tilt_degrees:g}")


def _light_faults(image: Image.Image, face: Landmarks, measured: Measured, rule: PhotoRule) -> Iterator[PhotoFault]:
    skin = quality.skin_box(face)
    apart = math.dist(face.left_eye, face.right_eye)
    eyes = quality.eye_box(face.left_eye, apart), quality.eye_box(face.right_eye, apart)
    lightness, clipped = measured.face_lightness or 0.0, measured.clipped_share or 0.0
    least, most = rule.face_lightness
    if lightness < least:
        yield PhotoFault(Fault.DARK, (skin,), f"{lightness:.0f}", f"{least} to {most}")
    elif lightness > most or clipped > rule.clipped_share:
        yield PhotoFault(Fault.BRIGHT, (skin,), f"{lightness:.0f}, {clipped:.0%} white", f"{least} to {most}")
    if (measured.sharpness or 0.0) < rule.sharpness:
        yield PhotoFault(Fault.BLURRED, eyes, f"{measured.sharpness:g}", f"{rule.sharpness:g} or more")
    shares = quality.glare(numpy.asarray(image), face)
    glaring = tuple(eye for eye, share in zip(eyes, shares, strict=True) if share > rule.glare_share)
    if glaring:
        yield PhotoFault(Fault.GLARE, glaring, f"{max(shares):.0%}", f"{rule.glare_share:.0%} or less")


def _background_faults(
    image: Image.Image, face: Landmarks | None, measured: Measured, rule: PhotoRule
) -> Iterator[PhotoFault]:
    pixels = numpy.asarray(image)
    wall = quality.background(pixels, face)
    if wall.lightness < rule.background_lightness or wall.tint > rule.background_tint:
        found = f"{wall.lightness:.0f}, tint {wall.tint:.0f}"
        allowed = f"{rule.background_lightness} or more, tint {rule.background_tint} or less"
        yield PhotoFault(Fault.BACKGROUND_NOT_WHITE, wall.boxes, found, allowed)
    if wall.spread > rule.background_spread:
        yield PhotoFault(
            Fault.BACKGROUND_NOT_PLAIN, (wall.uneven,), f"{wall.spread:.1f}", f"{rule.background_spread:g} or less"
        )
    step, marks = quality.border(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    if step > rule.border_step:
        yield PhotoFault(Fault.BORDER, marks, f"{step:.0f}", f"{rule.border_step} or less")
    clothes, box = measured.clothes_lightness or 0.0, quality.clothes_box(image.width, image.height)
    if face is not None and box.top > face.chin + 0.2 * face.face_width and clothes > rule.clothes_lightness:
        yield PhotoFault(Fault.LIGHT_CLOTHES, (box,), f"{clothes:.0f}", f"{rule.clothes_lightness} or less")
