"""The voice of the machine, as its state is told. It speaks in the process of the screens, which find the words."""
