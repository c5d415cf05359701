"""The social security card as declared files (LD/T 32 parts 3 to 7) and the typed session over a chip.

``codecs`` values, ``declaration`` what a file is, ``environment`` EF05 and EF06, ``applications`` DF01 to DF04;
``session`` reads the card and knows its PIN; ``authentication`` what the host's HSM is asked; ``protection`` PIN reset
and protected updates; ``bank`` the other side of the chip; ``identity`` what was read; ``validity`` whether it may be
served; ``hsm_math`` the terminal side's cryptography, for an HSM to use and never for a driver.
"""
