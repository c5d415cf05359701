"""What is said when: a page once, whole; when it changes in part, only what is new of it."""

from __future__ import annotations

from screens.layout import Scene
from screens.locale.catalogue import Catalogue
from screens.locale.formats import Words
from screens.speech.pieces import Piece, headline, pieces
from screens.speech.private import ON_SCREEN, for_everyone
from screens.speech.reading import aloud
from screens.widgets.node import Saying

_ENDS = "。！？；.!?;:："


class Narrator:
    """``overheard``: others hear it too, so what is personal is left out."""

    def __init__(self, catalogue: Catalogue, *, overheard: bool) -> None:
        self._catalogue = catalogue
        self._overheard = overheard
        self._page: tuple[str, str, tuple[Saying, ...]] | None = None
        self._said: list[Piece] = []

    def forget(self) -> None:
        """The next page is said whole, whatever it is."""
        self._page = None
        self._said = []

    def tell(self, scene: Scene, language: str) -> str:
        """What is to be said now that ``scene`` is drawn; empty: nothing new."""
        found = pieces(scene)
        page = (scene.page, language, headline(found))
        before = self._said if page == self._page else []
        self._page, self._said = page, found
        new = [piece for piece in found if piece not in before]
        if self._overheard:
            new = for_everyone(self._catalogue, language, scene.page, new)
        return script(Words(self._catalogue, language), new)


def script(words: Words, found: list[Piece]) -> str:
    """Sentences, a line each, in the words in which they are said."""
    lines = [_sentence(words, _text(words, piece)) for piece in found if not piece.where]
    touch = [f"{_text(words, piece)}{_comma(words)}{words(piece.where)}" for piece in found if piece.where]
    if touch:
        listed = ("；" if words.language == "zh" else "; ").join(touch)
        colon = "：" if words.language == "zh" else ": "
        lines.append(_sentence(words, f"{words('speech.touch')}{colon}{listed}"))
    return "\n".join(line for line in lines if line)


def _text(words: Words, piece: Piece) -> str:
    if piece is ON_SCREEN:
        return words("speech.on_screen")
    parts = [aloud(words.language, part.text) for part in piece.parts]
    return _comma(words).join(part.strip("，, ") for part in parts if part)


def _comma(words: Words) -> str:
    return "，" if words.language == "zh" else ", "


def _sentence(words: Words, text: str) -> str:
    if not text or text[-1] in _ENDS:
        return text
    return text + ("。" if words.language == "zh" else ".")
