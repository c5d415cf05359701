"""The people who work at this machine: who they are, what each may do, and how they prove it at the pad (F111)."""

from kiosk.staff.check import (
    MOST_FAILURES,
    OwnMatter,
    RoleNotAllowed,
    SamePerson,
    Staff,
    StaffLocked,
    StaffRefused,
    StaffUnusable,
    TwoPersons,
    WrongCode,
)
from kiosk.staff.roll import CODE_LENGTH, NUMBER_LENGTH, VOUCHING, Role, StaffMember

__all__ = [
    "CODE_LENGTH",
    "MOST_FAILURES",
    "NUMBER_LENGTH",
    "VOUCHING",
    "OwnMatter",
    "Role",
    "RoleNotAllowed",
    "SamePerson",
    "Staff",
    "StaffLocked",
    "StaffMember",
    "StaffRefused",
    "StaffUnusable",
    "TwoPersons",
    "WrongCode",
]
