"""Puts this folder on the path: the suites of all classes share :mod:`simulated_person`."""
