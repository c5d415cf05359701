"""Drivers, one folder a device class. Knows nothing of kiosk, screens or charts."""
