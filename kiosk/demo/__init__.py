"""The kiosk on simulated devices, started as one, and the three citizens who come by unattended."""
