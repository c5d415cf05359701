"""Where a kiosk stands, as people write it: ``30.274100,120.155100``, in degrees."""

from __future__ import annotations

MILLION = 1_000_000


class PlaceError(ValueError):
    """That is nowhere; the text says why."""


def coordinates(text: str) -> tuple[int, int]:
    """Latitude and longitude in millionths of a degree. Raises PlaceError."""
    try:
        latitude, longitude = (round(float(each) * MILLION) for each in text.replace("，", ",").split(","))
    except (ValueError, OverflowError):
        raise PlaceError("a place reads 30.274100,120.155100") from None
    if abs(latitude) > 90 * MILLION or abs(longitude) > 180 * MILLION:
        raise PlaceError("latitudes are from -90 to 90, longitudes from -180 to 180")
    return latitude, longitude


def written(latitude: int | None, longitude: int | None) -> str:
    """What :func:`coordinates` reads; empty where nothing is known."""
    if latitude is None or longitude is None:
        return ""
    return f"{latitude / MILLION:.6f},{longitude / MILLION:.6f}"
