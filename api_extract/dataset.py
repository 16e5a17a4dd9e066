"""Whether a dataset is this reader's: it keeps its reader, his rights, its zone and its filter."""

from collections.abc import Collection, Mapping
from typing import Any

from api_extract.errors import YourMove
from api_extract.run import Run

# How a dataset and its state are laid out; a version that lays them out otherwise adds one.
LAYOUT = 1


def keep_to(
    run: Run[Any], facts: Mapping[str, Any], read_as: Collection[str], all_seeing: Collection[str]
) -> None:
    """Refuse to go on where a dataset was filled by another reader, or read in another way.

    `facts`: `owner`, `role` and `filter`, and what decides on values, which `read_as` names.
    `all_seeing`: the roles that see everything; to lose them is to be another reader.
    """
    settings = run.settings
    columns = {
        "exclude_columns": sorted(settings.exclude_columns),
        "hash_columns": sorted(settings.hash_columns),
    }
    now = {"layout": LAYOUT, **facts, **columns}
    before = run.state.get("dataset")
    if before is not None:
        before = {"layout": 1, **before}  # the first ones did not say
    if before is not None and before != now:
        refuse_a_newer_layout(before)
        _refuse_another_reader(run, before, now, all_seeing)
        _refuse_another_reading(run, before, now, (*read_as, *columns))
    if before != now:
        run.state["dataset"] = now
    run.report.dataset = now


def refuse_a_newer_layout(before: Mapping[str, Any]) -> None:
    """Raise YourMove where a dataset is laid out as a later version does."""
    if before.get("layout", 1) > LAYOUT:
        raise YourMove(
            "This warehouse was filled by a newer Timehouse. Upgrade this one, or use another"
            " warehouse."
        )


def _refuse_another_reader(
    run: Run[Any],
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    all_seeing: Collection[str],
) -> None:
    lost_role = before["role"] in all_seeing and now["role"] not in all_seeing
    if (before["owner"] == now["owner"] and not lost_role) or run.options.accept_narrower_rights:
        return
    raise YourMove(
        f"This dataset was filled with the key of user {before['owner']} ({before['role']});"
        f" this key is that of user {now['owner']} ({now['role']}), who may see less. Use the"
        " first key or another warehouse, or accept it with --accept-narrower-rights."
    )


def _refuse_another_reading(
    run: Run[Any], before: Mapping[str, Any], now: Mapping[str, Any], read_as: Collection[str]
) -> None:
    if before["filter"] != now["filter"]:
        raise YourMove(
            f"This dataset was filled with the filter {before['filter'] or 'none'}, now it is"
            f" {now['filter'] or 'none'}: entries outside of it would be deleted. Use another"
            " warehouse or another --account for another filter."
        )
    for name in read_as:
        if before[name] != now[name] and not run.everything:
            raise YourMove(
                f"This dataset was filled with {name} {before[name] or 'none'}, now it is"
                f" {now[name] or 'none'}. Run `timehouse sync {run.known.schema} --full`, without"
                " --resources, --since and --until, to read everything again that way."
            )
