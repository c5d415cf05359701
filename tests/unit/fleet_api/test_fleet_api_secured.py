"""Nobody makes the fleet read more than anything of use is long."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Form, Request, Response
from fastapi.testclient import TestClient

from kiosk.fleet.api.secured import LARGEST, SECURITY, Secured


@pytest.fixture
def client() -> TestClient:
    api = FastAPI()
    api.add_middleware(Secured)

    @api.post("/json")
    def take(content: dict[str, str]) -> int:
        return len(content)

    @api.post("/form")
    def form(text: str = Form()) -> int:
        return len(text)

    @api.post("/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    @api.post("/style")
    def style() -> Response:
        return Response(headers={"Cache-Control": "max-age=60"})

    return TestClient(api)


def pieces(size: int) -> Iterator[bytes]:
    """Of which nobody says in advance how many there are."""
    yield b'{"a": "'
    for _ in range(size // 1024):
        yield b"x" * 1024


@pytest.mark.parametrize("path", ["/json", "/form", "/raw"])
def test_too_much_is_refused_announced_or_not(client: TestClient, path: str) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded" if path == "/form" else "application/json"}
    announced = client.post(path, content=b"text=" + b"x" * LARGEST, headers=kind)
    slipped_in = client.post(path, content=pieces(LARGEST + 1024), headers=kind)
    for answer in (announced, slipped_in):
        assert (answer.status_code, answer.json()["detail"]) == (413, "at most 262144 bytes")
        assert answer.headers["x-frame-options"] == SECURITY["X-Frame-Options"]


def test_no_browser_keeps_an_answer_that_does_not_say_so_itself(client: TestClient) -> None:
    for path, kept in (("/raw", "no-store"), ("/style", "max-age=60")):
        assert client.post(path, content=b"").headers["cache-control"] == kept


def test_what_is_as_long_as_allowed_is_read(client: TestClient) -> None:
    assert client.post("/raw", content=b"x" * LARGEST).json() == LARGEST
    assert client.post("/raw", content=b"", headers={"Content-Length": "nine"}).status_code == 413
