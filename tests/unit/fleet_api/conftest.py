"""The stand, for every test here."""

from fleet_api_stand import stand

__all__ = ["stand"]
