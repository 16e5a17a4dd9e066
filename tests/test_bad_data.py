"""Whatever the vendor's schema allows to be sent arrives in the warehouse as it was sent."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from api_extract.tables import Table
from clockodo_source.tables import TABLES
from simulator.server import serve
from tests.conftest import Account
from tests.drawn import BEGIN, DrawnApp
from tests.odd import OddApp
from tests.trackers import CLOCKIFY
from tests.truth import Row, Rows, differences, flat, truth


def test_what_may_officially_be_sent_loads_losslessly(
    clockodo_openapi: Path, account: Callable[..., Account]
) -> None:
    """Rows drawn from the schema load cell by cell, also over others, and only once."""
    company = account()
    held: dict[str, Rows] = {}
    for seed in (1, 2):
        with serve(DrawnApp(company.app, clockodo_openapi, seed)) as url:
            company.settings = replace(company.settings, base_url=url, start_date=BEGIN)
            company.sync(full=True, accept_shrink=True)
            sent = truth(company)
            held = {name: expected(TABLES[name], sent[name], held.get(name, {})) for name in TABLES}

            assert differences(company, held) == []
            assert all(held.values()), "each table has rows"
            assert company.sync().packages == 0


def test_odd_values_load_losslessly(
    account: Callable[..., Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each list of Clockify, also over others, and only once."""
    monkeypatch.setattr(CLOCKIFY.limits, ())
    company = account(CLOCKIFY, years=0.03)
    for entry in [e for e in company.world.entries if e.billable == 1][:40]:
        company.world.bill_entry(entry.id)  # else there are no invoices yet
    odd = OddApp(company.app)
    with serve(odd) as url:
        company.settings = CLOCKIFY.settings(company.app, url)
        for odd.seed in (1, 2):
            company.sync(full=True)

            wanted = truth(company)
            assert differences(company, wanted) == []
            assert all(wanted.values()), "each table has rows"
        assert company.sync().packages == 0


def expected(table: Table, sent: Rows, held: Rows) -> Rows:
    """Return what a table should hold: what was sent, and as before what a right hides now."""
    rows = {}
    for key, row in sent.items():
        extra = undeclared(row, {column.name for column in table.columns})
        rows[key] = flat(row) | ({"_undeclared": extra} if extra else {})
        for column in table.columns:
            hidden = column.hidden is not None and row.get(column.name) == column.hidden
            if column.right and (hidden or lacks(row, column.name)):
                rows[key] |= {k: v for k, v in held.get(key, {}).items() if k == column.name}
    return rows


def undeclared(row: Row, names: set[str], prefix: str = "") -> Row:
    """Take out the keys that no column is declared for."""
    extra: Row = {}
    for key, value in list(row.items()):
        name = prefix + key
        if name in names:
            continue
        if not any(other.startswith(f"{name}__") for other in names):
            extra[key] = row.pop(key)
        elif value and (more := undeclared(value, names, f"{name}__")):
            extra[key] = more
    return extra


def lacks(row: Row, name: str) -> bool:
    """Tell whether a key is not there, which is something else than null."""
    head, _, rest = name.partition("__")
    return head not in row or bool(rest and row[head] and lacks(row[head], rest))
