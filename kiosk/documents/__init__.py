"""Receipts and certificates: pure functions from facts and a language to what is on the paper."""

from kiosk.documents.balances import ChipBalance, balance_receipt, benefits_receipt
from kiosk.documents.cards import card_status_receipt, personal_data_receipt
from kiosk.documents.certificate import Participation, participation_certificate, participations
from kiosk.documents.contributions import contribution_history
from kiosk.documents.issue_slips import (
    EndedIssue,
    IssuedCard,
    IssueFate,
    Pickup,
    ended_issue_slip,
    issue_receipt,
    pickup_slip,
)
from kiosk.documents.paper import Holder, Origin
from kiosk.documents.slips import (
    FailedBusiness,
    Fee,
    LossReport,
    Refund,
    Refusal,
    RetainedCard,
    failed_business_slip,
    fee_slip,
    loss_report_slip,
    refund_slip,
    refusal_slip,
    retained_card_slip,
)

__all__ = [
    "ChipBalance",
    "EndedIssue",
    "FailedBusiness",
    "Fee",
    "Holder",
    "IssueFate",
    "IssuedCard",
    "LossReport",
    "Origin",
    "Participation",
    "Pickup",
    "Refund",
    "Refusal",
    "RetainedCard",
    "balance_receipt",
    "benefits_receipt",
    "card_status_receipt",
    "contribution_history",
    "ended_issue_slip",
    "failed_business_slip",
    "fee_slip",
    "issue_receipt",
    "loss_report_slip",
    "participation_certificate",
    "participations",
    "personal_data_receipt",
    "pickup_slip",
    "refund_slip",
    "refusal_slip",
    "retained_card_slip",
]
