"""Receipt printers: what is on the paper, whether it got there, and how the printer is."""
