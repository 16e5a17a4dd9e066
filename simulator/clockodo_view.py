"""What one request may see."""

from dataclasses import dataclass

from simulator import query
from simulator.clockodo_params import Params, Refused
from simulator.clockodo_settings import Rights, Switches
from simulator.world import World

LANGUAGES = ("en", "de", "fr")


@dataclass(frozen=True)
class View:
    """One request: its parameters, and the eyes it is answered for."""

    world: World
    params: Params
    rights: Rights
    switches: Switches
    me: int
    language: int
    utc_header: bool = False

    def sees_person(self, users_id: int) -> bool:
        """Whether rows about this person are given."""
        return self.rights.people or users_id == self.me


class Page(query.Page):
    """A page of a list of Clockodo's."""

    def block(self, view: View, count: int) -> dict[str, int]:
        """Build the paging block of an answer."""
        pages = -(-count // self.size) or view.switches.empty_pages
        names = ("items_per_page", "current_page", "count_pages", "count_items")
        return dict(zip(names, (self.size, self.number, pages, count), strict=True))


def page_of(view: View, largest: int, default: int) -> Page:
    """Read the page asked for; a size above the documented maximum is refused."""
    size = view.params.number("items_per_page", 1, largest) or default
    return Page(view.params.number("page", 1) or 1, min(size, view.switches.largest_page))


def not_found() -> Refused:
    """Answer to an id that is not there, or not for this key."""
    return Refused(404, "The resource could not be found", "NotFound")


def forbidden() -> Refused:
    """Answer to a key without the right."""
    return Refused(403, "Access denied", "Forbidden")
