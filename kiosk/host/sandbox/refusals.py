"""How the sandbox says no."""

from __future__ import annotations

from enum import StrEnum

from kiosk.host.issuing_values import IssuingRefusal
from kiosk.host.port import RefusalCode
from kiosk.host.sandbox import shapes

_STATUS: dict[StrEnum, int] = {
    RefusalCode.SESSION_OVER: 401,
    RefusalCode.UNKNOWN_PERSON: 404,
    RefusalCode.CARD_UNKNOWN: 404,
    RefusalCode.IN_PROGRESS_ELSEWHERE: 409,
    RefusalCode.TOO_MANY_REQUESTS: 429,
    IssuingRefusal.APPLICATION_UNKNOWN: 404,
}


class Refused(Exception):
    """A refusal on its way to the kiosk. ``code``: one of a port's. ``detail`` never has personal data in it."""

    def __init__(
        self,
        code: StrEnum,
        detail: str = "",
        differences: tuple[shapes.Difference, ...] = (),
        status: int | None = None,
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.status = status or _STATUS.get(code, 403)
        self.body = shapes.Refusal(code=code.value, detail=detail, differences=differences)
