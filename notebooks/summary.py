"""The figures of all that is looked at, and what is missing from them."""

from collections.abc import Mapping
from typing import Any

from notebooks.look import Look
from notebooks.words import heading, tiles, warning


def summary(look: Look) -> str:
    """Write the figures of all that is looked at, and what of it they leave out."""
    totals, words = look.marts.totals(look.scope), look.words
    unseen = totals["entries_without_revenue"]
    share = f"{look.measured.measures} of {look.measured.of}"
    return (
        heading(
            "In all",
            f"Utilization is {share}. {look.counted}. Money in {look.currency}. {look.fresh}",
        )
        + tiles(
            [
                ("Utilization", look.percent(totals, look.share)),
                ("Hours worked", words.hours(totals["worked_hours"])),
                ("Billable hours", look.billable(totals)),
                ("Net capacity", words.hours(totals["net_capacity_hours"])),
                ("Earned", look.money(totals["earned"], unseen)),
                ("Of it not billed yet", look.money(totals["unbilled"], unseen)),
                ("Provisional", look.money(totals["provisional"], unseen)),
            ]
        )
        + warning([*_incomplete(look, totals), *_noticed(look)])
    )


def _incomplete(look: Look, totals: Mapping[str, Any]) -> list[str]:
    """Tell what of the period is not counted, or not seen."""
    words, scope = look.words, look.scope
    left, hidden = totals["days_without_known_capacity"], totals["not_visible_hours"]
    unseen = totals["entries_without_revenue"]
    lines = []
    if not scope.has_begun:
        lines.append("The period has not begun: nothing is counted yet.")
    elif not scope.is_over:
        lines.append(f"The period is not over: counted up to {words.day(scope.counted_until)}.")
    if totals["booked_ahead"]:
        lines.append(f"Booked ahead, and not counted yet: {look.money(totals['booked_ahead'])}.")
    if left:
        lines.append(
            f"On {words.number(left, 0)} days of people the key does not see what was owed;"
            " they are in no share of capacity."
        )
    if hidden:
        lines.append(f"Whether {words.hours(hidden)} are billable is not visible to the key.")
    if unseen:
        lines.append(f"Of {words.number(unseen, 0)} entries the key does not see the revenue.")
    return lines


def _noticed(look: Look) -> list[str]:
    """Tell what the last runs met: lists refused or left as they were, and months that differ."""
    words, lines = look.words, []
    for notice in look.marts.notices():
        if look.scope.account not in (None, notice["account"]):
            continue
        subject, detail = notice["subject"], f" ({notice['detail']})" if notice["detail"] else ""
        seen = words.moment(notice["noticed_at"])
        match notice["kind"]:
            case "refused":
                line = f"the key may not read {subject}{detail}"
            case "drift":
                month = words.starting(notice["month"], "month")
                line = (
                    f"{subject} of {month} differ: {words.number(notice['tracker_value'])} in the"
                    f" tracker, {words.number(notice['warehouse_value'])} here, as of {seen}"
                )
            case _:
                last = notice["last_read_at"]
                read = f"last read {words.moment(last)}" if last else "never read"
                line = f"{subject} stayed as it was{detail}; {read}"
        lines.append(f"{notice['account']}: {line.rstrip('.')}.")
    return lines
