"""A page in which a command keeps the part that it has found out."""

import re
from datetime import UTC, datetime
from pathlib import Path


def put(page: Path, part: str, text: str) -> None:
    """Write what was found out today between the marks of a part, in place of what stood there."""
    begin, end = f"<!-- {part} -->\n", f"<!-- end of {part} -->"
    made = f"{begin}As of {datetime.now(UTC):%Y-%m-%d}: {text}{end}"
    before = page.read_text(encoding="utf-8")
    page.write_text(re.sub(f"{begin}.*{end}", lambda _: made, before, flags=re.DOTALL), "utf-8")
