"""PIN pads: the card's own PIN in a buffer that is zeroed, the bank's PIN as an encrypted block only."""
