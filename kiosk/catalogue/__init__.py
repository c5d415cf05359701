"""Services offered, region policy packs, and the rules they hold."""
