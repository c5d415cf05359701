"""Where the parts of a face are in a picture."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]
"""x from the left, y from the top, in pixels of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmarks:
    """Where the parts of one face are, in pixels of the picture they belong to.

    ``left_eye`` and ``right_eye``: centres of the pupils, left and right as seen in the picture. ``hair_top``: y of the
    highest hair (or of the crown). ``chin``: y. ``face_left``, ``face_right``: x of the face's widest extent, ears
    included, hair not.
    """

    left_eye: Point
    right_eye: Point
    hair_top: float
    chin: float
    face_left: float
    face_right: float

    @property
    def eye_middle(self) -> Point:
        """Half-way between the eyes."""
        return (self.left_eye[0] + self.right_eye[0]) / 2, (self.left_eye[1] + self.right_eye[1]) / 2

    @property
    def face_width(self) -> float:
        """Pixels from ``face_left`` to ``face_right``."""
        return self.face_right - self.face_left

    def moved(self, left: float, top: float, scale: float) -> Landmarks:
        """The same face after cutting the picture at ``left``, ``top`` and then scaling it."""
        return Landmarks(
            left_eye=((self.left_eye[0] - left) * scale, (self.left_eye[1] - top) * scale),
            right_eye=((self.right_eye[0] - left) * scale, (self.right_eye[1] - top) * scale),
            hair_top=(self.hair_top - top) * scale,
            chin=(self.chin - top) * scale,
            face_left=(self.face_left - left) * scale,
            face_right=(self.face_right - left) * scale,
        )
