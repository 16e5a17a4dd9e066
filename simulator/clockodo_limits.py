"""What Clockodo counts against which limit."""

from simulator.clockodo_params import Params
from simulator.clockodo_settings import Limits
from simulator.limits import Windows


class Limiter(Windows):
    """Counts the requests of one key."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.limits = limits

    def check(self, path: str, params: Params) -> None:
        """Count one request; all versions of an endpoint share a limit."""
        kinds = {"overall": self.limits.overall}
        if path.endswith("/entries") and params.flag("enhanced_list"):
            kinds["enhanced"] = self.limits.enhanced
        if path.endswith("/entrygroups"):
            kinds["entrygroups"] = self.limits.entrygroups
        self.count(kinds)
