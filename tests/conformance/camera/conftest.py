"""Puts this folder on the path: :mod:`camera_stage`."""
