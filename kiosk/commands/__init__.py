"""The command line, one module a command.

The module ``kiosk/commands/<name>.py`` holds either a function ``<name>`` with Typer annotations, whose docstring is
its help, or a ``typer.Typer`` called ``app`` when the command has commands of its own. A function ``epilogue``, if
there is one, gives the lines at the end of the help. What it needs beyond the standard library, Typer and Rich it
imports inside the function, so that ``--help`` stays quick. An expected failure is printed with
:func:`kiosk.cli.fail`. The command gets a line in ``kiosk.cli.COMMANDS``.
"""
