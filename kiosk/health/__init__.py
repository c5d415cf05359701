"""What works now: device states, and from them what the kiosk can do for a citizen."""
