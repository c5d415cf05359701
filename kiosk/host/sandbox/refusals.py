"""How the sandbox says no."""

from __future__ import annotations

from kiosk.host.port import RefusalCode
from kiosk.host.sandbox import shapes

_STATUS = {
    RefusalCode.SESSION_OVER: 401,
    RefusalCode.UNKNOWN_PERSON: 404,
    RefusalCode.CARD_UNKNOWN: 404,
    RefusalCode.IN_PROGRESS_ELSEWHERE: 409,
    RefusalCode.TOO_MANY_REQUESTS: 429,
}


class Refused(Exception):
    """A refusal on its way to the kiosk. ``detail`` never has personal data in it."""

    def __init__(
        self,
        code: RefusalCode,
        detail: str = "",
        differences: tuple[shapes.Difference, ...] = (),
        status: int | None = None,
    ) -> None:
        super().__init__(code.value)
        self.status = status or _STATUS.get(code, 403)
        self.body = shapes.Refusal(code=code.value, detail=detail, differences=differences)
