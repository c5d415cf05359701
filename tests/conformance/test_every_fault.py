"""No fault is in the catalogue that no simulator can provoke: each class shows how it provokes each of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices import fault_catalogue

HERE = Path(__file__).parent


@pytest.mark.parametrize("group", sorted({code.partition(".")[0] for code in fault_catalogue.load()}))
def test_the_class_provokes_its_faults(group: str) -> None:
    table = HERE / group / f"test_{group}_every_fault.py"
    assert table.is_file(), f"{group} has faults in the catalogue and no {table.relative_to(HERE)}"
    assert f'faults_of("{group}")' in table.read_text(encoding="utf-8")
