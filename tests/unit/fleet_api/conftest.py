"""The stand, for every test here."""

from fleet_api_stand import made_once, stand

__all__ = ["made_once", "stand"]
