"""What every page is."""

from __future__ import annotations

import msgspec


class Page(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="page", tag=lambda name: name):
    """Base of all pages; the tag is the class name."""
