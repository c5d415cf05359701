"""Status words that a fault puts in place of a card's own."""

from __future__ import annotations


def status_words(text: str) -> dict[int | None, bytes]:
    """``B2=6581 20=63C1``; ``*`` for every instruction. ValueError when it is not that."""
    words: dict[int | None, bytes] = {}
    for part in text.split():
        instruction, _, word = part.partition("=")
        if len(word) != 4:
            raise ValueError(f"status_word: {part!r} is not like B2=6581")
        words[None if instruction == "*" else int(instruction, 16)] = bytes.fromhex(word)
    return words
