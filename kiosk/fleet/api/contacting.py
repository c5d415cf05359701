"""Routes of those who hear of alerts."""

from __future__ import annotations

from kiosk.fleet.access.roles import Act
from kiosk.fleet.alerts.contacts import Contact
from kiosk.fleet.api.access import Caller, Routes
from kiosk.fleet.api.parameters import AddedContact, ContactWords, NumberPath, SecretShape
from kiosk.fleet.api.service import Service
from kiosk.fleet.desk.shapes import ContactRow, DeliveryRow


def add(route: Routes, service: Service) -> None:
    """Add them."""
    desk = service.contacts

    @route("GET", "/contacts", Act.CONTACTS, tags=["contacts"])
    def contacts(caller: Caller) -> tuple[ContactRow, ...]:
        """Who is told of alerts, those told first first."""
        return desk.everybody(caller)

    @route("POST", "/contacts", Act.CONTACTS, tags=["contacts"], status_code=201)
    def add_contact(new: ContactWords, caller: Caller) -> AddedContact:
        """Tell somebody, or another system, from now on. The secret of a webhook is shown only now."""
        made, secret = desk.add(caller, Contact(**new.model_dump()))
        return AddedContact(contact=made, secret=secret)

    @route("PUT", "/contacts/{number}", Act.CONTACTS, tags=["contacts"])
    def change_contact(number: NumberPath, new: ContactWords, caller: Caller) -> ContactRow:
        """Describe one otherwise. The channel stays, and a webhook's secret with it."""
        return desk.change(caller, number, Contact(**new.model_dump()))

    @route("PUT", "/contacts/{number}/pause", Act.CONTACTS, tags=["contacts"])
    def pause(number: NumberPath, caller: Caller) -> ContactRow:
        """Tell them nothing for now, not even what was on its way."""
        return desk.pause(caller, number)

    @route("DELETE", "/contacts/{number}/pause", Act.CONTACTS, tags=["contacts"])
    def resume(number: NumberPath, caller: Caller) -> ContactRow:
        """Tell them again of what is new."""
        return desk.resume(caller, number)

    @route("POST", "/contacts/{number}/secret", Act.CONTACTS, tags=["contacts"], status_code=201)
    def secret(number: NumberPath, caller: Caller) -> SecretShape:
        """Another secret for a webhook, shown only now; the one before signs nothing any more."""
        return SecretShape(secret=desk.new_secret(caller, number))

    @route("POST", "/contacts/{number}/test", Act.CONTACTS, tags=["contacts"], status_code=202)
    def try_out(number: NumberPath, caller: Caller) -> DeliveryRow:
        """Send a message that only shows that it arrives; whether it did is among the deliveries."""
        return desk.try_out(caller, number)

    @route("GET", "/contacts/{number}/deliveries", Act.CONTACTS, tags=["contacts"])
    def deliveries(number: NumberPath, caller: Caller) -> tuple[DeliveryRow, ...]:
        """What they were sent, the newest first, and how that went."""
        return desk.deliveries(caller, number)

    @route("DELETE", "/contacts/{number}", Act.CONTACTS, tags=["contacts"], status_code=204)
    def remove(number: NumberPath, caller: Caller) -> None:
        """Tell them no more. What was sent stays on record."""
        desk.remove(caller, number)
