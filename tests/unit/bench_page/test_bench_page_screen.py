"""The live screen on a small real display: pictures when something changes, touches at the right place."""

from __future__ import annotations

import io
import subprocess
import threading
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image

from devices.bench.page import live
from devices.bench.page.camera import Camera
from devices.bench.page.finger import Finger
from devices.bench.page.live import LiveScreen

pytestmark = pytest.mark.window


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    words = ["Xvfb", "-displayfd", "1", "-screen", "0", "320x240x24", "-nolisten", "tcp", "-noreset"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    yield f":{process.stdout.readline().decode().strip()}"
    process.terminate()
    process.wait()


@pytest.fixture
def client(display: str) -> Iterator[TestClient]:
    screen = LiveScreen(display)
    api = FastAPI()
    live.add(api, screen)
    with TestClient(api) as client:
        yield client
    screen.close()


def pointer(display: str) -> tuple[int, int]:
    words = subprocess.run(["xdotool", "getmouselocation"], env={"DISPLAY": display}, capture_output=True, text=True)
    x, y = words.stdout.split()[:2]
    return int(x.removeprefix("x:")), int(y.removeprefix("y:"))


def test_a_picture_is_the_whole_display_in_its_own_pixels(client: TestClient) -> None:
    with client.websocket_connect("/screen/live") as page:
        picture = Image.open(io.BytesIO(page.receive_bytes()))
        assert (picture.format, picture.size) == ("JPEG", (320, 240))


def test_nothing_is_taken_while_nobody_looks_and_nothing_told_twice(display: str) -> None:
    camera, told = Camera(display), threading.Event()
    assert camera.shot is None
    with camera.watched(told.set):
        assert told.wait(5)
        told.clear()
        assert camera.shot is not None
        assert camera.shot.number == 1
        assert not told.wait(0.1)  # two looks, no change
    camera.close()


def test_a_touch_on_the_page_is_a_touch_on_the_display(client: TestClient, display: str) -> None:
    with client.websocket_connect("/screen/live") as page:
        page.receive_bytes()
        page.send_json({"do": "down", "x": 30, "y": 200})
        page.send_json({"do": "up", "x": 30, "y": 200})
        wait_pointer(display, (30, 200))
        page.send_json({"do": "move", "x": 41, "y": 17})
        wait_pointer(display, (41, 17))


def test_a_page_is_told_when_there_is_no_display_and_when_there_is_one_again(client: TestClient, display: str) -> None:
    assert client.get("/screen").json() == {"display": display}
    assert client.put("/screen", json={"display": None}).json() == {"display": None}
    with client.websocket_connect("/screen/live") as page:
        assert page.receive_json() == {"display": None}
        client.put("/screen", json={"display": display})
        assert Image.open(io.BytesIO(page.receive_bytes())).size == (320, 240)


@pytest.mark.parametrize("words", ["nonsense", "{}", '{"do": "down"}', "[]"])
def test_a_page_that_talks_nonsense_is_hung_up_on(client: TestClient, words: str) -> None:
    with client.websocket_connect("/screen/live") as page:
        page.receive_bytes()
        page.send_text(words)
        assert page.receive()["type"] == "websocket.close"


def test_a_finger_whose_display_has_gone_does_no_harm() -> None:
    finger = Finger(":4999")
    finger.do("down", 1, 1)
    finger.do("up", 1, 1)
    finger.close()


def wait_pointer(display: str, wanted: tuple[int, int]) -> None:
    for _ in range(100):
        if pointer(display) == wanted:
            return
    assert pointer(display) == wanted
