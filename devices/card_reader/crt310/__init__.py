"""The motorised reader CRT-310 (and CRT-350) on a serial line.

``wire`` frames, ``line`` the exchange of one command, ``chip`` APDUs through the reader, ``reader`` the driver.
"""

from devices.card_reader.crt310.reader import Crt310Reader as Crt310Reader
