"""How numbers, days and tables are written: by the reader's language, and safe as HTML."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from html import escape

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import get_decimal_symbol, get_group_symbol

LANGUAGES = {"English": "en_GB", "Deutsch": "de_DE", "Français": "fr_FR"}
NOTHING = "\N{EN DASH}"
NBSP = "\N{NO-BREAK SPACE}"
NO_CURRENCY = "XXX"  # ISO 4217 for none


def language_of(accepted: str) -> str:
    """Return the language to begin with: the first of a browser's wishes that is known."""
    by_code = {code[:2]: name for name, code in LANGUAGES.items()}
    wishes = (wish.strip()[:2].lower() for wish in accepted.split(","))
    return next((by_code[wish] for wish in wishes if wish in by_code), "English")


class Words:
    """One language's way to write numbers and days; None is written as a dash everywhere."""

    def __init__(self, language: str) -> None:
        self.locale = Locale.parse(LANGUAGES[language])
        self._decimal = get_decimal_symbol(self.locale)
        self._thousands = get_group_symbol(self.locale)
        self._signs = str.maketrans({",": self._thousands, ".": self._decimal})

    def number(self, value: Decimal | float | None, digits: int = 2) -> str:
        """Write a number with so many digits; Babel is asked once how, not each time."""
        return NOTHING if value is None else f"{value:,.{digits}f}".translate(self._signs)

    def hours(self, value: Decimal | None) -> str:
        """Write hours."""
        return self._with_unit(value, "h")

    def percent(self, value: Decimal | None) -> str:
        """Write a share in percent."""
        return self._with_unit(value, "%")

    def money(self, value: Decimal | None, currency: str) -> str:
        """Write an amount with the code of its currency, which no two share, as symbols may be."""
        return self._with_unit(value, "" if currency == NO_CURRENCY else currency)

    def at_least(self, written: str, hidden: object) -> str:
        """Write that a figure may be higher, as something of it is hidden."""
        return f"at least {written}" if hidden and written != NOTHING else written

    def at_most(self, written: str, hidden: object) -> str:
        """Write that a figure may be lower, as something else is hidden."""
        return f"at most {written}" if hidden and written != NOTHING else written

    def _with_unit(self, value: Decimal | None, unit: str) -> str:
        return NOTHING if value is None else f"{self.number(value)}{NBSP}{unit}".rstrip()

    def day(self, value: date | None) -> str:
        """Write a day."""
        return NOTHING if value is None else str(format_date(value, "medium", self.locale))

    def moment(self, value: datetime) -> str:
        """Write an instant in UTC."""
        return f"{self.day(value)}, {value:%H:%M} UTC"

    def starting(self, value: date, unit: str) -> str:
        """Write a unit of time by its first day."""
        skeleton = {
            "day": "MMMd",
            "week": "yMMMd",
            "month": "yMMM",
            "quarter": "yQQQ",
            "year": "y",
        }[unit]
        return str(format_skeleton(skeleton, value, locale=self.locale))

    def of_charts(self) -> dict[str, object]:
        """Return what a chart's axes need to write numbers the same way."""
        return {
            "number": {
                "decimal": self._decimal,
                "thousands": self._thousands,
                "grouping": [3],
                "currency": ["", ""],
            }
        }


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table, names to the left and numbers to the right, that opens by a click or a key."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f"<details><summary>Figures: {escape(caption)}</summary>"
        f'<div class="figures" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div></details>"
    )


def heading(title: str, *said: str) -> str:
    """Write a heading and what the reader must know of the chart below it."""
    return f"<h2>{escape(title)}</h2>" + "".join(f"<p>{escape(text)}</p>" for text in said)


def tiles(figures: Iterable[tuple[str, str]]) -> str:
    """Write the few figures that matter most side by side, their units small."""
    tile = "<div><dt>{}</dt><dd>{}</dd></div>"
    made = (
        tile.format(
            escape(name), escape(value).replace(NBSP, " <small>") + "</small>" * (NBSP in value)
        )
        for name, value in figures
    )
    return f'<dl class="tiles">{"".join(made)}</dl>'


def warning(lines: Sequence[str]) -> str:
    """Write what is incomplete, none of it hidden."""
    if not lines:
        return ""
    listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
    head = "<strong>What is missing</strong>"
    return f'<div class="warning" role="note">{head}<ul>{listed}</ul></div>'
