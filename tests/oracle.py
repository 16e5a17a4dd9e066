"""The tracker's own sums, asked for through its API, beside the same sums of the warehouse."""

from tests.conftest import Account
from tests.truth_clockodo import Client

Key = tuple[str, int, int]  # month as YYYYMM, person, billable
Sums = dict[Key, tuple[float, float, int]]  # seconds, revenue, entries
ALWAYS = {"time_since": "2000-01-01T00:00:00Z", "time_until": "2040-01-01T00:00:00Z"}
OURS = """
select
    strftime(time_since at time zone '{zone}', '%Y%m'),
    users_id,
    billable,
    sum(seconds),
    sum(revenue),
    count(*)
from (
    select time_since, users_id, billable, coalesce(duration, 0) as seconds, revenue
    from clockodo_raw.time_entries
    union all
    select time_since, users_id, billable, 0, revenue from clockodo_raw.lump_sum_entries
    union all
    select time_since, users_id, billable, 0, revenue from clockodo_raw.lump_sum_service_entries
)
group by all
"""


def stated(account: Account) -> Sums:
    """Return the tracker's sums per month, person and state of billing."""
    levels = {"grouping[0]": "month", "grouping[1]": "users_id", "grouping[2]": "billable"}
    answer = Client(account.settings).get("/v2/entrygroups", **ALWAYS, **levels)
    return {
        (str(month["group"]), int(user["group"]), int(state["group"])): (
            state["duration"],
            state["revenue"],
            0,
        )
        for month in answer["groups"]
        for user in month["sub_groups"]
        for state in user["sub_groups"]
    }


def ours(account: Account, zone: str) -> Sums:
    """Return the same sums of the raw tables, with months cut in this zone."""
    _, rows = account.query(OURS.format(zone=zone))
    return {(month, user, state): (*sums,) for month, user, state, *sums in rows}


def zones(account: Account) -> list[str]:
    """Return the zones the server may cut months in: the company's, people's, or none's."""
    _, found = account.query(
        "select timezone_default from clockodo_raw.company"
        " union select timezone from clockodo_raw.users union select 'UTC'"
    )
    return sorted(row[0] for row in found)


def different(account: Account, zone: str) -> list[str]:
    """Tell every sum that is not the tracker's: seconds exactly, money by half a cent an entry."""
    theirs, own = stated(account), ours(account, zone)
    nothing = (0, 0.0, 0)
    found = []
    for key in sorted(theirs.keys() | own.keys()):
        (seconds, revenue, _), mine = theirs.get(key, nothing), own.get(key, nothing)
        if seconds != mine[0] or abs(revenue - mine[1]) > 0.005 * mine[2]:
            found.append(f"{key}: {mine} here, {seconds}, {revenue} in the tracker")
    return found
