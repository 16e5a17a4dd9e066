"""What can go wrong while reading an API, sorted by whose move it is.

ExtractError
  YourMove            never retried; the message says what to change
    BadCredentials    401: the key or the login is not accepted
    Forbidden         403: the key is good, a right is missing
    NarrowerRights    the key sees less than the one that filled the dataset
  TheirMove           refused or broken after all retries; safe to run again
    Passing           one such failure, worth another try at once
      TooHeavy        504, or no answer in time: less may be asked for
    Later             no more requests for longer than a run should wait
  NotAsAgreed         the answer has another shape than documented
    Gone              404 or 410: there is no such resource (any more)
    Unusable          what would replace rows cannot: they are left, and all else is loaded
      Unsettled       the list kept changing while it was being read
      Unexpected      its rows or values are of another kind than declared
"""

from typing import Literal


class ExtractError(Exception):
    """Anything that keeps an extraction from being whole."""


class YourMove(ExtractError):
    """The person who runs this must change something first."""


class BadCredentials(YourMove):
    """The server does not accept the credentials."""


class Forbidden(YourMove):
    """The credentials are good, but lack a right."""


class NarrowerRights(YourMove):
    """The credentials see less than those that filled the dataset."""


class TheirMove(ExtractError):
    """The server could not answer; running again is safe and may succeed."""


class Passing(TheirMove):
    """One failure that may pass; `retry_after` is the server's own wish in seconds.

    `limited`: there were too many requests, for which the shortest limit is a minute.
    """

    def __init__(
        self, message: str, retry_after: float | None = None, *, limited: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.limited = limited


class TooHeavy(Passing):
    """The server took too long."""


class Later(TheirMove):
    """The limit of requests is used up; what was read until then is kept."""


class NotAsAgreed(ExtractError):
    """The answer has another shape than the documentation promises."""


class Gone(NotAsAgreed):
    """The server knows no such resource."""


class Unusable(NotAsAgreed):
    """What was read is not to replace anything; `status`: what is noted of it."""

    status: Literal["unsettled", "unexpected"]


class Unexpected(Unusable):
    """Rows or values are of another kind than declared."""

    status = "unexpected"


class Unsettled(Unusable):
    """A list changed during each attempt to read it whole; `pages`: how many it had at last."""

    status = "unsettled"

    def __init__(self, message: str, pages: int) -> None:
        super().__init__(message)
        self.pages = pages
