"""Issuing a card: applying, the photo, the making, the handing over, collecting later, and what a restart goes on with.

Until a card leaves its hopper everything can be left at any moment, and leaves nothing behind but a withdrawal. From
then on the machine finishes what it began, whatever the citizen does: forward after the host's commit, back before it.
"""

from statemachines.issuance.application import ApplicationActivities, application_chart
from statemachines.issuance.handover import HandoverActivities, collection_chart, handover_chart
from statemachines.issuance.making import MakingActivities, making_chart
from statemachines.issuance.photo import PhotoActivities, photo_chart
from statemachines.issuance.recovery import RecoveryActivities, recovery_chart

__all__ = [
    "ApplicationActivities",
    "HandoverActivities",
    "MakingActivities",
    "PhotoActivities",
    "RecoveryActivities",
    "application_chart",
    "collection_chart",
    "handover_chart",
    "making_chart",
    "photo_chart",
    "recovery_chart",
]
