"""Rows within rows: to take them out, and to leave the rest as it is."""

from typing import Any

from api_extract.errors import Unexpected
from api_extract.resource import Rows

Row = dict[str, Any]


def without(row: Row, *keys: str) -> Row:
    """Return the row without these keys."""
    return {key: value for key, value in row.items() if key not in keys}


def filled(row: Row, **known: object) -> Row:
    """Return the row, with what is known where it says nothing or null."""
    lacking = {key: value for key, value in known.items() if row.get(key) is None}
    return {**row, **lacking} if lacking else row


def inner(row: Row, key: str) -> Rows:
    """Return the rows within a row; raises Unexpected where there is something else."""
    found = row.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(child, dict) for child in found):
        raise Unexpected(f"{key} is not a list of objects")
    return found


def texts(row: Row, key: str) -> list[str]:
    """Return a list of texts within a row, each once; raises Unexpected for anything else."""
    found = row.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise Unexpected(f"{key} is not a list of texts")
    return list(dict.fromkeys(found))
