"""Alerts: what is wrong in the fleet, who is told, and what was done about it."""
