"""What a run that fails tells: whose move it is, and nothing that was private."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest
from dlt.pipeline.exceptions import PipelineStepFailed
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api_extract.run import Options
from pipelines.cli import main
from pipelines.exits import Exit, explained
from pipelines.place import Place
from pipelines.sync import sync
from simulator.faults import Fault, failing
from simulator.server import serve
from tests.keys import BASIC, BY_KEY, BY_TOKEN, HEADERS, KEY, PAIR, USER, Account
from tests.search import holding
from tests.test_cli import TIMEHOUSE
from tests.trackers import CLOCKIFY, WORKSPACE

ROW = {"id": 1, "name": "Geheim", "initials": [], "active": True}
PERSON = {"id": "1", "name": "Geheim", "status": "ACTIVE", "roles": []}
PAGING = {"items_per_page": 1000, "current_page": 1, "count_pages": 1, "count_items": 1}
# What a header, the query and a row would show.
PRIVATE = ("Timehouse", "uthorization", "piUser", "pi-Key", "pi-key", "sort", "page", "Geheim")
USERS = f"GET {CLOCKIFY.users_path}"


def answering(make: Callable[[Request], Response]) -> Fault:
    """Answer with what is made of the request."""

    async def respond(_: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        await make(Request(scope))(scope, receive, send)

    return Fault(respond)


def echo(code: int, said: str, **headers: str) -> Fault:
    """Answer with words of the server's own, as either tracker does, and all that it was sent."""

    def make(asked: Request) -> Response:
        beside = {"headers": dict(asked.headers), "query": asked.url.query, "rows": [ROW]}
        told = {"message": said, "code": 501, **beside}
        return JSONResponse({"error": told, **told}, code, headers)

    return answering(make)


def page(code: int) -> Fault:
    """Answer with the page of a gateway that shows what it was sent."""
    return answering(lambda asked: HTMLResponse(f"{asked.headers} {asked.url} {ROW}", code))


def rows(*listed: object) -> Fault:
    """Answer with these rows."""
    return answering(lambda _: JSONResponse({"data": listed, "paging": PAGING}))


def people(*listed: object) -> Fault:
    """Answer with these rows, as Clockify does."""
    return answering(lambda _: JSONResponse(listed))


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (
            echo(401, f"Nobody is {USER.upper()}:{KEY} or {PAIR}"),
            2,
            "GET /v3/users: 401, Nobody is …:… or …. Check the login e-mail and the API key.",
        ),
        (
            echo(403, f"No right for {USER.replace('@', '%40')}"),
            2,
            "GET /v3/users: 403, No right for …. The key's owner lacks the right to read this.",
        ),
        (echo(422, "Bad order"), 4, "GET /v3/users: 422, Bad order"),
        (
            echo(500, "Sorry", **{"Retry-After": "3600"}),
            3,
            "GET /v3/users: 500, Sorry. The server asks to wait 3600 s; run later.",
        ),
        (page(400), 4, "GET /v3/users: 400"),
        (page(404), 4, "GET /v3/users: 404"),
        (rows(ROW), 4, "users: Expected `str | null`, got `array` - at `$[0].initials`"),
        (rows({**ROW, "initials": None, "start_date": "Geheim"}), 4, "users.start_date: not every"),
        pytest.param(
            *(rows("Geheim"), 4, "users: Expected `object`, got `str` - at `$[0]`"),
            marks=pytest.mark.long,
        ),
    ],
    ids=["401", "403", "422", "500", "400 page", "404 page", "type", "date", "no row"],
)
def test_a_refused_sync_says_one_line(
    fault: Fault, code: int, said: str, run: Callable[[Account, Fault], tuple[object, str]]
) -> None:
    """Path, status and the server's own words without key or login; nor is more on the disk."""
    ended, line = run(BASIC, fault)

    assert (ended, line[: len(said)]) == (code, said)


@pytest.mark.parametrize(
    ("account", "fault", "code", "said"),
    [
        (
            BY_KEY,
            echo(401, f"No {KEY.upper()} or {quote(KEY, safe='')}"),
            2,
            f"{USERS}: 401, No … or …. Check the key or token, and that it is of this region.",
        ),
        (
            BY_TOKEN,
            echo(403, f"Access denied to {KEY}"),
            2,
            f"{USERS}: 403, Access denied to …. The key's owner is no administrator, or the plan",
        ),
        (
            BY_KEY,
            echo(400, f"Kein Abonnement: {KEY}"),
            2,
            f"{USERS}: 400, Kein Abonnement: …. The workspace's plan does not include it.",
        ),
        (BY_TOKEN, echo(400, f"{KEY} is not here"), 4, f"{USERS}: 400, … is not here"),
        (
            BY_KEY,
            echo(429, "Too many requests", **{"Retry-After": "3600"}),
            3,
            f"{USERS}: 429, Too many requests. The server asks to wait 3600 s; run later.",
        ),
        (BY_KEY, page(400), 4, f"{USERS}: 400"),
        (BY_KEY, people({**PERSON, "email": ["Geheim"]}), 4, "users: Expected `str | null`, got"),
        (BY_KEY, people({**PERSON, "memberships": ["Geheim"]}), 4, "memberships is not a list of"),
        (BY_KEY, people("Geheim"), 4, "GET /workspaces/{workspace}/users: Expected `object`, got"),
    ],
    ids=["401", "403", "plan", "foreign", "429", "400 page", "type", "nested", "no row"],
)
def test_a_sync_that_clockify_refuses_says_one_line(
    account: Account,
    fault: Fault,
    code: int,
    said: str,
    run: Callable[[Account, Fault], tuple[object, str]],
) -> None:
    """As above: its own codes, which say more than the status, and either kind of secret."""
    ended, line = run(account, fault)

    assert (ended, line[: len(said)]) == (code, said)


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[Account, Fault], tuple[object, str]]:
    """Sync while the list of people meets a fault; return the exit code and what is told of it."""

    def made(account: Account, fault: Fault) -> tuple[object, str]:
        words = ["sync", account.tracker.name, "--warehouse", f"{tmp_path}/w.duckdb"]
        monkeypatch.setattr(sys, "argv", ["timehouse", *words])
        app = account.app()
        monkeypatch.setenv("TIMEHOUSE_AS_OF", app.world.now.isoformat())
        with serve(failing(app, fault, path=account.tracker.users_path)) as url:
            for name, value in {**account.configured(url), "RUNTIME__LOG_LEVEL": "ERROR"}.items():
                monkeypatch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        told = capsys.readouterr()
        assert [w for w in (*account.secrets, *PRIVATE) if w in told.out + told.err] == []
        assert holding(tmp_path, *account.secrets, "Geheim") == set()
        left = [line.partition(": unexpected. ")[2] for line in told.out.splitlines()]
        return ended.value.code, next(filter(None, left), told.err.splitlines()[-1])

    return made


DEEP = msgspec.Raw(b"[" * 10_000 + b"]" * 10_000)  # deeper than anything here can read


@pytest.mark.parametrize(
    ("account", "rows"),
    [
        (HEADERS, {"data": [{**ROW, "user_ids": DEEP}], "paging": PAGING}),
        (BY_KEY, [{"id": "1", "name": "Geheim", "userIds": DEEP}]),
    ],
    ids=["clockodo", "clockify"],
)
def test_a_bug_tells_no_secret_either(account: Account, rows: object, tmp_path: Path) -> None:
    """A traceback, with all logs and Python's own faults shown, and what dlt keeps of the end."""
    body = msgspec.json.encode(rows)
    fault = answering(lambda _: Response(body))
    app = account.app()
    with serve(failing(app, fault, path=account.path)) as url:
        environment = {
            **account.configured(url),
            "TIMEHOUSE_AS_OF": app.world.now.isoformat(),
            "PYTHONFAULTHANDLER": "1",
            "PYTHONDEVMODE": "1",
        }
        ran = subprocess.run(
            [TIMEHOUSE, "sync", account.tracker.name],
            check=False,
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **environment},
            capture_output=True,
            text=True,
            timeout=100,
        )

    assert ran.returncode == 1, ran.stderr
    assert "Traceback" in ran.stderr
    assert "RecursionError" in ran.stderr
    assert "|dlt|" in ran.stderr
    secrets = account.secrets
    assert [word for word in (*secrets, "Geheim") if word in ran.stdout + ran.stderr] == []
    assert ("RecursionError", "trace.pickle") in holding(tmp_path, "RecursionError", *secrets)
    assert holding(tmp_path, *secrets, "Geheim") == set()


@pytest.mark.parametrize(
    ("account", "asked", "code"),
    [
        *((HEADERS, "GET /v4/users/me", code) for code in (301, 302, 303, 307, 308)),
        (BY_KEY, "GET /user", 302),
        (BY_TOKEN, f"POST {WORKSPACE}/reports/detailed", 308),
    ],
)
def test_a_redirect_leads_nowhere(
    account: Account, asked: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another server, were it on the same machine, is never asked, and so never sees the key."""
    other, app = account.app(), account.app()
    place = Place(account.tracker.name, warehouse=tmp_path / "w.duckdb")
    path = asked.partition(" ")[2]
    with serve(other) as elsewhere:
        away = answering(lambda asked: RedirectResponse(elsewhere + asked.url.path[4:], code))
        with serve(failing(app, away, path=path)) as url:
            for name, value in {**account.configured(url), "RUNTIME__LOG_LEVEL": "ERROR"}.items():
                monkeypatch.setenv(name, value)
            with pytest.raises(PipelineStepFailed) as caught:
                sync(place, account.tracker.source.resolve(), Options(app.world.now))

    assert explained(caught.value) == (
        Exit.NOT_AS_AGREED,
        f"{asked}: {code}. Redirects are not followed; check BASE_URL.",
    )
    assert other.requests == []
    assert path not in app.counts
