"""The touchscreen: a view, in a process of its own. Draws what it is shown and says what was touched.

``python -m screens`` (``__main__``, ``app``, ``link``, ``stage``, ``window``) talks to the controller and to Kivy. A
page is built from ``widgets`` by its module in ``pages``, put into the frame by ``layout``, and looked over by
``layout_check``; until it is painted with a ``pen`` all of that is arithmetic and needs no window. ``theme`` holds
every size and colour, ``locale`` every word. ``python -m screens.gallery`` draws all ``samples`` in every way.

A new page: its facts in ``statemachines/views/``, a module in ``pages`` with ``@page``, a sample, and its words.
"""
