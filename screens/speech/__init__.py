"""What is drawn, said aloud: for those who cannot read the screen (EN 301 549 v3.2.1, 5.1.3; ADA 2010, 707.5).

:mod:`pieces` takes a scene apart into what is to be said of it, :mod:`private` leaves out on a loudspeaker what is
nobody else's business, :mod:`reading` writes numbers as they are read aloud, :mod:`narrator` says of a page that has
changed only in part only what is new, and :mod:`voice` speaks, through programs of their own. Words come from the same
language files as those on the screen. What is said is never logged.
"""
