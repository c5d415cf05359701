"""The kiosk on simulated devices, started as one, and the four citizens who come by unattended."""
