"""The limit: bytes of pages -> lines of a file -> one INSERT by DuckDB's own reader of JSON.

It compares nothing, splits nothing into tables, and imports nothing that it does not need.
"""

import json
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import msgspec


class Answer(msgspec.Struct):
    """A page; its rows are not looked into."""

    entries: list[msgspec.Raw]


def main() -> None:
    """Keep one connection, write each row on a line, and have DuckDB read them all at once."""
    asked = json.loads(Path("asked.json").read_bytes())
    host, spool = urlsplit(asked["pages"][0]).netloc, Path("spool.json")
    with closing(HTTPConnection(host)) as http, spool.open("wb") as lines:
        for url in asked["pages"]:
            http.request("GET", url.partition(host)[2], headers=asked["headers"])
            rows = msgspec.json.decode(http.getresponse().read(), type=Answer).entries
            lines.writelines(part for row in rows for part in (row, b"\n"))
    declared = ", ".join(f'"{name}" {kind}' for name, kind in asked["columns"].items())
    with duckdb.connect("warehouse.duckdb") as warehouse:
        warehouse.execute(f"CREATE TABLE entries ({declared})")
        warehouse.execute(
            f"INSERT INTO entries SELECT * FROM"
            f" read_json('{spool}', format='newline_delimited', columns={asked['columns']})"
        )


if __name__ == "__main__":
    main()
