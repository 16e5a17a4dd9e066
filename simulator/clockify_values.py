"""Money, durations and colours as Clockify writes them."""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from simulator.store import Row

HOUR = 3600


@cache
def minor(value: float) -> int:
    """Whole cents of an amount, half a cent up.

    The company has one rate of 33.335; Clockify knows no fractions of a cent and is told 3334.
    """
    return int((Decimal(str(value)) * 100).to_integral_value(ROUND_HALF_UP))


def money(value: float, currency: str) -> Row:
    """Write a rate."""
    return {"amount": minor(value), "currency": currency}


def duration(seconds: float) -> str:
    """Write a duration as Java does: hours go beyond a day, and nothing is PT0S."""
    hours, rest = divmod(round(seconds), HOUR)
    parts = ((hours, "H"), (rest // 60, "M"), (rest % 60, "S"))
    return "PT" + ("".join(f"{n}{unit}" for n, unit in parts if n) or "0S")


def earned(rate: float, seconds: int | None) -> float:
    """Worth of billable work in cents, rounded only against the noise of floating point."""
    return round(minor(rate) * (seconds or 0) / HOUR, 6)


def colour(number: int) -> str:
    """Give everything a colour of its own."""
    return f"#{number * 2_654_435_761 % 2**24:06X}"
