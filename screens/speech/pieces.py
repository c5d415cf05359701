"""A scene, taken apart into what is to be said of it: first what there is to read, in the order in which it is read,
then what can be touched, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screens.layout import Scene
from screens.widgets.bars import BottomBar, FrameButtons, TopBar
from screens.widgets.button import Button
from screens.widgets.node import Node, Saying, Text

FIRST_PAGES = ("Attract",)
"""Pages of which the frame's buttons are said too: they stay where they are from then on."""

_THIRDS = (("top_left", "top", "top_right"), ("left", "middle", "right"), ("bottom_left", "bottom", "bottom_right"))


@dataclass(frozen=True, slots=True)
class Piece:
    """Something said in one go. ``parts``: label and value, title and note, as drawn. ``where``: the key of the place
    of something that can be touched; empty for what is only read. ``headline``: the question of the page."""

    parts: tuple[Saying, ...]
    where: str = ""
    headline: bool = False


def pieces(scene: Scene) -> list[Piece]:
    """What is to be said of all that is drawn. A button that cannot be touched yet is not said."""
    shown = [root for root in scene.roots if not isinstance(root, TopBar | BottomBar | FrameButtons)]
    bottom = [root for root in scene.roots if isinstance(root, BottomBar)]
    first = [root for root in scene.roots if isinstance(root, TopBar | FrameButtons)]
    read: list[Piece] = []
    touch: list[Piece] = []
    for root in (*sorted(shown, key=lambda root: (root.rect.x, root.rect.y)), *bottom):
        for piece in _within(root, scene):
            (touch if piece.where else read).append(piece)
    if scene.page in FIRST_PAGES:  # where this is, and what time, is not said
        touch += [piece for root in first for piece in _within(root, scene) if piece.where]
    return read + touch


def _within(node: Node, scene: Scene) -> Iterator[Piece]:
    if node.touch is not None and node.rect.height:
        if parts := tuple(_sayings(node)):
            yield Piece(parts, "" if node is scene.anywhere else where(node, scene))
    elif isinstance(node, Button):
        return
    elif node.together:
        if parts := tuple(_sayings(node)):
            yield Piece(parts)
    elif node.said is not None:
        if node.said:
            yield Piece(node.said)
    elif isinstance(node, Text):
        if node.text:
            yield Piece((Saying(node.text),), headline=node.role in ("question", "display", "hero"))
    else:
        for child in node.children:
            yield from _within(child, scene)


def _sayings(node: Node) -> Iterator[Saying]:
    if node.said is not None:
        yield from node.said
    elif isinstance(node, Text):
        if node.text:
            yield Saying(node.text)
    else:
        for child in node.children:
            yield from _sayings(child)


def where(node: Node, scene: Scene) -> str:
    """In which ninth of the screen the middle of ``node`` is, as a key of the words."""
    glass = scene.theme.glass
    x, y = node.rect.centre
    column = min(2, int(x * 3 / glass.width))
    row = min(2, int(y * 3 / glass.height))
    return f"speech.where.{_THIRDS[row][column]}"


def headline(found: list[Piece]) -> tuple[Saying, ...]:
    """What the page asks or says above all else."""
    return next((piece.parts for piece in found if piece.headline), found[0].parts if found else ())
