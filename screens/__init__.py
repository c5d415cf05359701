"""The touchscreen: a view, in a process of its own. Draws what it is shown and says what was touched."""
