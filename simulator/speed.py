"""Measures the server: `python -m simulator.speed` prints entries a second."""

import sys
import time
from urllib.parse import quote
from urllib.request import Request, urlopen

from simulator.clockodo import ClockodoApp
from simulator.server import serve
from simulator.world import World


def main() -> None:
    """Read all enhanced entries twice: rows being written, and rows written before."""
    started = time.perf_counter()
    app = ClockodoApp(World())
    sys.stdout.write(f"build {time.perf_counter() - started:.2f} s\n")
    window = (
        f"time_since={quote('2000-01-01T00:00:00Z')}&time_until={quote('2037-01-01T00:00:00Z')}"
    )
    headers = {"X-ClockodoApiUser": app.user, "X-ClockodoApiKey": app.key}
    headers["X-Clockodo-External-Application"] = "speed;speed@quarzwerk.example"
    pages = -(-len(app.world.entries) // 1000)
    with serve(app) as url:
        # The second reading is the one that compares with an extractor.
        for label in ("first reading", "second reading"):
            started = time.perf_counter()
            for page in range(1, pages + 1):
                query = f"{window}&enhanced_list=1&items_per_page=1000&page={page}"
                with urlopen(Request(f"{url}/v2/entries?{query}", headers=headers)) as answer:  # noqa: S310 - our own loopback address
                    answer.read()
            rate = len(app.world.entries) / (time.perf_counter() - started)
            sys.stdout.write(f"{label} over loopback: {rate:,.0f} entries/s\n")


if __name__ == "__main__":
    main()
