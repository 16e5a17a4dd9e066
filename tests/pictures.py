"""Takes the pictures of the report that the README shows: `make pictures`."""

import sys
import tempfile
from pathlib import Path

from tests import browser
from tests.browser import Report
from tests.conftest import command

SIZES = {"report.png": (1120, 900), "report-phone.png": (390, 900)}


def main() -> None:
    """Load the demo and photograph its report, on a wide screen and on a phone."""
    target = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        ran = command(Path(folder), "demo")
        sys.stdout.write(ran.stdout + ran.stderr)
        ran.check_returncode()
        warehouse = Path(folder, "timehouse-demo.duckdb")
        with browser.reporting(warehouse) as url, browser.browser() as opened:
            for name, (width, height) in SIZES.items():
                with opened.new_context(
                    viewport={"width": width, "height": height}, device_scale_factor=1.5
                ) as context:
                    report = Report(context.new_page())
                    report.open(url)
                    report.page.locator("svg.marks").last.wait_for()
                    report.page.screenshot(path=target / name)


if __name__ == "__main__":
    main()
