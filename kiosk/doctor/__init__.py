"""What this machine has and lacks to be a kiosk, each with the remedy."""
