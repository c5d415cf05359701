"""Looks over a scene as a careful person would: what is cut off, overlaps, is too small, too close, out of reach.

Used by the tests on every page in every mode, language and size, and by anyone who adds a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from screens.layout import Scene
from screens.pen import Rect
from screens.theme import LOW_REACH
from screens.widgets.boxes import Column
from screens.widgets.flow import Stacked, choices_of
from screens.widgets.node import Text


def problems(scene: Scene) -> list[str]:
    """What is wrong, in words; empty when all is well."""
    return [
        *_cut_off(scene),
        *_overlapping(scene),
        *_targets(scene),
    ]


def inked(text: Text) -> Rect:
    """The part of a text's place where letters stand."""
    width = max((text.measure(line) for line in text.lines), default=0)
    x = {"left": text.rect.x, "right": text.rect.right - width}.get(
        text.align, text.rect.x + (text.rect.width - width) // 2
    )
    height = len(text.lines) * text.line_height
    y = text.rect.y + ((text.rect.height - height) // 2 if text.middle else 0)
    margin = round(text.line_height * 0.14)  # the line distance is more than the letters are high
    return Rect(x, y + margin, width, height - 2 * margin)


def _texts(scene: Scene) -> list[Text]:
    return [node for node in scene.nodes() if isinstance(node, Text) and node.text]


def _cut_off(scene: Scene) -> Iterator[str]:
    glass = Rect(0, 0, scene.theme.glass.width, scene.theme.glass.height)
    for text in _texts(scene):
        if not text.fits:
            yield f"{text.text!r} does not fit its place {text.rect}"
        place = inked(text)
        if place.x < 0 or place.y < 0 or place.right > glass.right or place.bottom > glass.bottom:
            yield f"{text.text!r} leaves the screen at {place}"
        for one, other in pairwise(text.lines):
            if _latin(one[-1:]) and _latin(other[:1]) and one.split()[-1] + other.split()[0] in text.text:
                yield f"{text.text!r} is broken within a word: {one!r}, {other!r}"
        missing = text.missing_characters()
        if missing:
            yield f"no font has {sorted(missing)} of {text.text!r}"
    for node in scene.nodes():
        if isinstance(node, Column | Stacked) and node.overflow:
            yield f"{type(node).__name__} at {node.rect} lacks {node.overflow} pixels"


def _latin(letter: str) -> bool:
    return letter.isascii() and letter.isalpha()


def _overlapping(scene: Scene) -> Iterator[str]:
    places = [(text, inked(text)) for text in _texts(scene)]
    for (one, a), (other, b) in combinations(places, 2):
        if a.overlaps(b):
            yield f"{one.text!r} and {other.text!r} overlap"
    standing = [root for root in scene.roots if root.rect.width and root.rect.height]
    for first, second in combinations(standing, 2):
        if first.rect.overlaps(second.rect):
            yield f"{type(first).__name__} {first.rect} and {type(second).__name__} {second.rect} overlap"
    for target in scene.touchable():
        own = {id(node) for node in target.walk()}
        for text, place in places:
            if id(text) not in own and place.overlaps(target.rect):
                yield f"{text.text!r} lies under the target {target.touch}"
    pictures = [node for node in scene.nodes() if node.picture]
    for picture in pictures:
        for text, place in places:
            if place.overlaps(picture.rect):
                yield f"{text.text!r} lies over a picture"
        for target in scene.touchable():
            if picture.rect.overlaps(target.rect):
                yield f"a picture lies over the target {target.touch}"


def _targets(scene: Scene) -> Iterator[str]:
    theme = scene.theme
    unit = theme.glass.pixels_per_mm
    found = scene.touchable()
    for node in found:
        rect, touch = node.rect, node.touch
        wide, high = (theme.primary_width, theme.primary_height) if touch and touch.primary else (theme.target,) * 2
        if rect.width < wide or rect.height < high:
            yield f"{touch} is {rect.width / unit:.1f} x {rect.height / unit:.1f} mm: too small"
        if rect.x < 0 or rect.y < 0 or rect.right > theme.glass.width or rect.bottom > theme.glass.height:
            yield f"{touch} leaves the screen at {rect}"
        if theme.low_reach and rect.y < theme.glass.height * (1 - LOW_REACH) - 1:
            yield f"{touch} at {rect} is out of low reach"
    for one, other in combinations(found, 2):
        apart = _distance(one.rect, other.rect)
        if apart < theme.gap:
            yield f"{one.touch} and {other.touch} are {apart / unit:.1f} mm apart"
    flows = [node for node in scene.nodes() if isinstance(node, Stacked)]
    for flow in flows:
        choices = sum(choices_of(block) for block in flow.children)
        if choices > theme.choices:
            yield f"{choices} choices on one page"
    if not scene.alone and not {"language", "large", "help"} <= {node.touch.intent for node in found if node.touch}:
        yield "the frame is not whole"


def _distance(one: Rect, other: Rect) -> float:
    """Between edges: along the axis where they are apart, the larger of the two; negative when they overlap."""
    horizontal = max(one.x, other.x) - min(one.right, other.right)
    vertical = max(one.y, other.y) - min(one.bottom, other.bottom)
    return max(horizontal, vertical)
