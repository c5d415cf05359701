"""A host to run against: synthetic people, their records, an HSM under test keys, and faults on order.

It stands where the social security host, the bank's cache and the HSM stand in the field, and is none of them. Every
person, number, employer, bank and key in it is invented. ``server.serve`` runs it; ``api`` is what a kiosk sees,
``control`` what tests and the bench see.
"""
