"""Several accounts in one configuration and one warehouse, each on its own."""

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from pipelines.exits import Exit
from simulator.clockodo import ClockodoApp
from simulator.server import serve
from simulator.world import World
from tests.conftest import Account
from tests.terminal import Terminal
from tests.trackers import CLOCKODO

LISTED = {"TIMEHOUSE__ACCOUNTS": '["clockodo/main", "clockodo/zurich"]'}
MONEY = """
select table_name from duckdb_columns() where schema_name = 'marts'
group by all having bool_or(column_name in ('revenue', 'earned', 'unbilled', 'revenue_now'))
"""


@pytest.fixture
def zurich(terminal: Terminal) -> Iterator[Account]:
    """Serve a second company, with its own people, key and currency."""
    world = World(2, 0.05)
    world.edit("company", world.rows("company")[0]["id"], currency="CHF")
    app = ClockodoApp(world, key="f" * 32)
    with serve(app) as url:
        yield Account(app, url, terminal.folder)


def own(company: Account, **more: str) -> dict[str, str]:
    """Return the settings of the second account, under its label."""
    plain = CLOCKODO.configured(company.settings) | more
    return {
        f"{CLOCKODO.prefix}ZURICH__{name.removeprefix(CLOCKODO.prefix)}": value
        for name, value in plain.items()
    }


@pytest.mark.long
@pytest.mark.timeout(400)  # two builds of the models
def test_each_account_is_loaded_whatever_becomes_of_the_others(
    terminal: Terminal, zurich: Account
) -> None:
    """One with a wrong key stops nobody; its own next run does; each has its currency."""
    company = terminal.account
    company.world.edit_entry(next(iter(company.world.entries)).id, text="another word")
    wrong = own(zurich, **{f"{CLOCKODO.prefix}API_KEY": "0" * 32})
    said = terminal("sync", "all", "--full", "--json", **LISTED, **wrong)
    assert said.exit == Exit.YOUR_MOVE
    told = json.loads(said.printed[said.printed.index("{\n") : said.printed.rindex("}") + 1])
    assert told["clockodo/main"]["tables"]["time_entries"]["updated"] == 1
    assert "401" in told["clockodo/zurich"]["failure"]
    assert told["models"]["failed"] == []

    zurich.world.advance(terminal.account.world.now - zurich.world.now)
    said = terminal("sync", "all", **LISTED, **own(zurich))
    assert said.exit == Exit.DONE, said.printed
    assert "== clockodo/zurich" in said.printed
    assert terminal("status", "all", "--max-age", "1h", **LISTED, **own(zurich)).exit == Exit.DONE
    tables = company.query(MONEY)[1]
    assert ("rpt_revenue",) in tables
    assert ("fct_time_entries",) in tables
    for (table,) in tables:
        used = company.query(
            f"select distinct account, currency from marts.{table} where account is not null"
        )[1]
        assert sorted(used) == [("main", "EUR"), ("zurich", "CHF")], table
    sums = dict(
        company.query("select currency, sum(revenue) from marts.fct_time_entries group by 1")[1]
    )
    for currency, raw in (("EUR", "clockodo_raw"), ("CHF", "clockodo_zurich_raw")):
        stated = [
            company.query(f"select sum(revenue) from {raw}.{table} where not test_data")[1][0][0]
            for table in ("time_entries", "lump_sum_entries", "lump_sum_service_entries")
        ]
        assert abs(sums[currency] - Decimal(sum(filter(None, stated)))) < 1


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        (None, "No accounts are listed"),
        ('["clockodo"]', "such as"),
        ('["clockodo/berlin", "clockodo/berlin_"]', "such as"),
        ("clockodo/main", "is no list"),
        ('["clockodo/main", "clockodo/main"]', "once each"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused(
    terminal: Terminal, listed: str | None, said: str
) -> None:
    """It is the user's move, and nothing is asked of anybody."""
    refused = terminal("sync", "all", TIMEHOUSE__ACCOUNTS=listed)
    assert (refused.exit, refused.requests) == (Exit.YOUR_MOVE, 0)
    assert said in refused.line
    both = terminal("sync", "all", "--account", "x", **LISTED)
    assert (both.exit, both.requests) == (Exit.YOUR_MOVE, 0)
