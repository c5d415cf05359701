"""The machine as a whole: starting, in service, out of service, maintenance, stopping. The chart that is run."""

from __future__ import annotations

from typing import Protocol

from statemachines import views
from statemachines.chart import Activity, Chart, Exit, On, State
from statemachines.issuance import RecoveryActivities, recovery_chart
from statemachines.maintenance import MaintenanceActivities, maintenance_chart
from statemachines.session import SessionActivities, session_chart


class KioskActivities(SessionActivities, RecoveryActivities, MaintenanceActivities, Protocol):
    """What the states of the machine do, the session's and the maintenance's included."""

    @property
    def start_up(self) -> Activity:
        """Open the devices, see what a cut left open: ``serviceable``, ``unserviceable``, ``card_held``, ``unfinished``
        (an issue is open)."""
        ...

    @property
    def await_citizen(self) -> Activity:
        """Listen at both readers while nobody is here: ``start``; or what works has changed: ``changed``."""
        ...

    @property
    def check(self) -> Activity:
        """Between citizens: ``serviceable``, ``unserviceable``, ``card_held``, ``stop_requested``, ``called_in``,
        ``unfinished``."""
        ...

    @property
    def heal(self) -> Activity:
        """Out of service: look again and again until something has changed: ``changed``."""
        ...

    @property
    def shut_down(self) -> Activity:
        """See a card in the reader back to its owner, close the devices: ``stopped``."""
        ...


def service_chart(do: KioskActivities) -> Chart:
    """In service. Exits: ``unserviceable``, ``stop``, ``maintenance``, ``unfinished``."""
    return Chart(
        "in service",
        states=(
            State("attract", screen=views.Attract, activity=do.await_citizen, timeout="rest"),
            State("session", chart=session_chart(do), exits={"ended": "checking"}),
            State("checking", screen=views.Working, activity=do.check, timeout="check"),
        ),
        transitions=(
            On("start", "attract", "session"),
            On("changed", "attract", "checking"),
            On("stop", "attract", Exit("stop")),
            On("maintain", "attract", Exit("maintenance")),
            On("failed", "attract", "checking"),
            On("card_inserted", "attract", "session"),
            On("card_removed", "attract", None),
            On("reader_gone", ("attract", "checking"), None),
            On("serviceable", "checking", "attract"),
            On("unserviceable", "checking", Exit("unserviceable")),
            On("card_held", "checking", Exit("unserviceable")),
            On("stop_requested", "checking", Exit("stop")),
            On("called_in", "checking", Exit("maintenance")),
            On("unfinished", "checking", Exit("unfinished")),
            On("late", "checking", Exit("unserviceable")),
            On("failed", "checking", Exit("unserviceable")),
            On("stop", "checking", Exit("stop")),
            On("card_inserted", "checking", None),
            On("card_removed", "checking", None),
            On("maintain", "checking", None),
        ),
    )


def kiosk_chart(do: KioskActivities) -> Chart:
    """The whole chart; no exits."""
    return Chart(
        "kiosk",
        states=(
            State("starting", screen=views.Starting, activity=do.start_up, timeout="start"),
            State(
                "in_service",
                chart=service_chart(do),
                exits={
                    "unserviceable": "out_of_service",
                    "stop": "stopping",
                    "maintenance": "maintenance",
                    "unfinished": "recovering",
                },
            ),
            State("recovering", chart=recovery_chart(do), exits={"settled": "looking_again"}),
            State("out_of_service", screen=views.OutOfService, activity=do.heal, timeout="rest"),
            State("looking_again", screen=views.OutOfService, activity=do.check, timeout="check"),
            State("maintenance", chart=maintenance_chart(do), exits={"back_in_service": "looking_again"}),
            State("stopping", screen=views.OutOfService, activity=do.shut_down, timeout="stop"),
            State("stopped", screen=views.OutOfService, timeout="rest"),
        ),
        transitions=(
            On("serviceable", ("starting", "looking_again"), "in_service"),
            On("unserviceable", ("starting", "looking_again"), "out_of_service"),
            On("card_held", ("starting", "looking_again"), "out_of_service"),
            On("late", ("starting", "looking_again"), "out_of_service"),
            On("failed", ("starting", "looking_again"), "out_of_service"),
            On("unfinished", ("starting", "looking_again"), "recovering"),
            On("changed", "out_of_service", "looking_again"),
            On("failed", "out_of_service", "out_of_service"),
            On("stop_requested", "looking_again", "stopping"),
            On("called_in", "looking_again", "maintenance"),
            On("maintain", ("starting", "out_of_service", "looking_again"), "maintenance"),
            On("maintain", "maintenance", "looking_again"),
            On("maintain", ("recovering", "stopping", "stopped"), None),
            On("stop", ("starting", "out_of_service", "looking_again", "maintenance"), "stopping"),
            On("stop", ("recovering", "stopping", "stopped"), None),
            On("stopped", "stopping", "stopped"),
            On("late", "stopping", "stopped"),
            On("failed", "stopping", "stopped"),
            On("card_inserted", ("starting", "out_of_service", "looking_again", "maintenance"), None),
            On("card_inserted", ("recovering", "stopping", "stopped"), None),
            On("card_removed", "out_of_service", "looking_again"),
            On("card_removed", ("starting", "looking_again", "maintenance"), None),
            On("reader_gone", ("starting", "out_of_service", "looking_again", "maintenance"), None),
            On("reader_gone", ("recovering", "stopping", "stopped"), None),
            On("card_removed", ("recovering", "stopping", "stopped"), None),
        ),
    )
