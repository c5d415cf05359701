"""Readers of the social security card: PC/SC, the card as declared files, and a virtual card behind the real pcscd.

``contract`` what a reader is; ``apdu`` commands, answers and status words; ``pcsc`` the PC/SC reader, the only module
that knows pyscard; ``social_security_card`` the card's files and the typed session; ``simulator`` the virtual card and
its slot; ``verbs`` what can be done by hand.
"""
