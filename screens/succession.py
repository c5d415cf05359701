"""What a view keeps of the one before it."""

from __future__ import annotations

import msgspec

from statemachines import views


def kept_still(before: views.Show | None, show: views.Show) -> views.Show:
    """While the picture is taken, the last live one stays."""
    page = show.page
    if not isinstance(page, views.Photo) or page.stage != "taking" or page.picture:
        return show
    if before is None or not isinstance(before.page, views.Photo) or before.page.stage not in ("aim", "taking"):
        return show
    return views.Show(show.frame, msgspec.structs.replace(page, picture=before.page.picture))


def goes_on(before: views.Page, page: views.Page) -> bool:
    """Whether it is one wait: the same page, or the next step of a card that is being made."""
    if isinstance(before, views.MakingCard) and isinstance(page, views.MakingCard):
        return before.at_most == page.at_most
    return views.alike(before, page)
