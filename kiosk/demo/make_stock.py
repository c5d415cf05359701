"""Makes ``stock.toml``, the pre-made cards of the demonstration: ``python -m kiosk.demo.make_stock``.

Deterministic. Identifiers are of the region 990100 with serials from 0C000001; bank account numbers begin with 629999,
which is assigned to no bank, and have a right check digit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

FILE = Path(__file__).with_name("stock.toml")
CARDS_A_BANK = 20
BANKS = (
    ("example_bank", "示例银行", "Example Bank", "sm4"),
    ("sample_bank", "样板银行", "Sample Bank", "sm4"),
    ("rural_bank", "演示农村商业银行", "Demonstration Rural Commercial Bank", "3des"),
)
_HEAD = """# The pre-made cards of the demonstration: they fill the simulated hoppers and are the sandbox host's stock.
# Made by `python -m kiosk.demo.make_stock`; all invented.
#
#   card.serial   bytes 9 to 12 of the identifier; card.account: the bank account number that belongs to the card
#   card.chip     as devices/card_reader/simulator/description.py reads it: nobody's card yet
"""


def check_digit(body: str) -> str:
    """ISO/IEC 7812-1: what makes the weighted sum a multiple of ten."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body)))
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def stock() -> Iterator[str]:
    """The file, a piece at a time."""
    yield _HEAD
    for key, name, name_en, _ in BANKS:
        yield f'\n[[bank]]\nkey = "{key}"\nname = "{name}"\nname_en = "{name_en}"\n'
    for place, (bank, _, _, algorithm) in enumerate(BANKS, start=1):
        for nth in range(1, CARDS_A_BANK + 1):
            serial = f"{0x0C000000 + (place - 1) * CARDS_A_BANK + nth:08X}"
            authentication = hashlib.sha256(f"pre-made {serial}".encode()).hexdigest()[:8].upper()
            body = f"629999{place}{nth:011d}"
            account = body + check_digit(body)
            yield (
                f'\n[[card]]\nserial = "{serial}"\nbank = "{bank}"\naccount = "{account}"\n'
                f'chip = {{ identifier = "990100D156000005{serial}{authentication}", version = "3.0", '
                f'algorithm = "{algorithm}", pin = "123456", pin_tries_max = 6, '
                f'bank = {{ pan = "{account}", expiry = "3611", kind = "debit" }} }}\n'
            )


if __name__ == "__main__":
    FILE.write_text("".join(stock()), encoding="utf-8")
