"""The bench's page: the live screen to touch, a person's cards and keys, and everything that can go wrong."""
