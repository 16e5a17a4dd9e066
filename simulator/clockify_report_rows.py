"""Rows of the detailed report: the same entries with names, amounts and the reader's own zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from simulator.clockify_entries import end_of, tags_of, ticket_of
from simulator.clockify_extra import TYPES
from simulator.clockify_ids import hex_id
from simulator.clockify_values import colour, earned, minor
from simulator.clockify_view import View
from simulator.clockify_work import TAGS, TICKET
from simulator.store import TIME, Entry, Row
from simulator.written import EntryWriter, number

INVOICED = 2


def amount_of(entry: Entry) -> float:
    """Tell what an entry earns, in cents; a clock that ticks has earned nothing yet."""
    return earned(entry.hourly_rate, entry.duration) if entry.billable else 0.0


class ReportWriter(EntryWriter):
    """Writes rows for one zone and kind of amount."""

    def __init__(self, view: View, zone: str, shown: str) -> None:
        self.view = view
        self.tenant = view.tenant
        self.zone = ZoneInfo(zone)
        self.shown = shown
        readings = view.switches
        self.variant = (
            *("clockify report", view.tenant.number, zone, shown),
            *(view.shows_rates, view.has("PRO"), readings.hidden_rates),
            *(readings.unbillable_rates, readings.report_tags),
            *(readings.report_locks, readings.not_invoiced),
        )

    def row(self, entry: Entry) -> Row:
        """One row; its duration is in seconds, and its instants have the offset of the zone."""
        user, until = self.view.world.tables["users"][entry.users_id], end_of(entry)
        return {
            "_id": self.tenant.id_of(entry),
            "description": entry.text or "",
            "userId": hex_id("users", entry.users_id),
            "userName": user["name"],
            "userEmail": None if self.tenant.limited(entry.users_id) else user["email"],
            "timeInterval": {
                "start": self.local(entry.time_since),
                "end": None if until is None else self.local(until),
                "duration": entry.duration,
            },
            "billable": entry.billable > 0,
            **self.names(entry),
            **self.tags(entry),
            "type": TYPES[entry.type][0],
            self.view.switches.report_locks: self.tenant.is_locked(entry),
            "approvalRequestId": self.tenant.approval_of(entry),
            **self.money(entry),
            **self.invoicing(entry),
            "customFields": self.custom_fields(entry),
        }

    def local(self, epoch: int) -> str:
        """Write an instant."""
        return datetime.fromtimestamp(epoch, self.zone).isoformat()

    def names(self, entry: Entry) -> Row:
        """Project, client and task as they are called now."""
        tenant, tables = self.tenant, self.view.world.tables
        project = tables["projects"].get(entry.projects_id or 0)
        task, client = tenant.task_of(entry), tenant.client_of(entry)
        service = tables["services"].get(entry.services_id or 0) if task else None
        return {
            "projectId": tenant.id("projects", project["id"]) if project else None,
            "projectName": project["name"] if project else None,
            "projectColor": colour(project["id"]) if project else None,
            "clientId": tenant.id("clients", client["id"]) if client else None,
            "clientName": client["name"] if client else None,
            "taskId": task,
            "taskName": service["name"] if service else None,
        }

    def tags(self, entry: Entry) -> Row:
        """Tags, as ids or with their names."""
        tags = [(self.tenant.id("tags", n), TAGS[n]) for n in tags_of(entry)]
        if self.view.switches.report_tags == "tagIds":
            return {"tagIds": [key for key, _ in tags]}
        return {"tags": [{"_id": key, "name": name} for key, name in tags]}

    def money(self, entry: Entry) -> Row:
        """Rate and amount in cents; not there where they may not be seen or are not wanted."""
        view = self.view
        if self.shown == "HIDE_AMOUNT":
            return {}
        if not view.shows_rates:
            nothing = {"rate": None, "amount": None}
            return nothing if view.switches.hidden_rates == "null" else {}
        hidden = not entry.billable and view.switches.unbillable_rates == "null"
        value = 0 if self.shown == "COST" else number(amount_of(entry))
        return {
            "rate": None if hidden or entry.type != TIME else minor(entry.hourly_rate),
            "amount": value,
            "amounts": [{"type": self.shown, "value": value}],
        }

    def invoicing(self, entry: Entry) -> Row:
        """Whether an entry is on an invoice."""
        if entry.billable == INVOICED:
            return {"invoicingInfo": {"manuallyInvoiced": True}}
        return {} if self.view.switches.not_invoiced == "absent" else {"invoicingInfo": []}

    def custom_fields(self, entry: Entry) -> list[Row]:
        """Values of custom fields, on the plans that have them."""
        value = ticket_of(self.view, entry)
        key = self.tenant.id("custom_fields", TICKET)
        field = {"customFieldId": key, "name": "Ticket", "value": value}
        return [field] if value is not None else []
