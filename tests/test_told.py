"""What a run that fails tells: whose move it is, and nothing that was private."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from dlt.pipeline.exceptions import PipelineStepFailed
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from clockodo_source import Options, Settings
from pipelines.cli import main
from pipelines.exits import Exit, explained
from pipelines.place import Place
from pipelines.sync import sync
from simulator.faults import Fault, failing
from simulator.server import serve
from tests.search import holding
from tests.test_cli import TIMEHOUSE
from tests.test_secrets import KEY, PAIR, SECRETS, USER, company, configured
from tests.trackers import APPLICATION

ROW = {"id": 1, "name": "Geheim", "initials": [], "active": True}
PAGING = {"items_per_page": 1000, "current_page": 1, "count_pages": 1, "count_items": 1}
# What a header, the query and a row would show.
PRIVATE = (*SECRETS, "Timehouse", "uthorization", "piUser", "sort", "items_per_page", "Geheim")


def answering(make: Callable[[Request], Response]) -> Fault:
    """Answer with what is made of the request."""

    async def respond(_: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        await make(Request(scope))(scope, receive, send)

    return Fault(respond)


def echo(code: int, said: str, **headers: str) -> Fault:
    """Answer with words of the server's own, and beside them all that it was sent."""

    def make(asked: Request) -> Response:
        beside = {"headers": dict(asked.headers), "query": asked.url.query, "rows": [ROW]}
        return JSONResponse({"error": {"message": said, **beside}}, code, headers)

    return answering(make)


def page(code: int) -> Fault:
    """Answer with the page of a gateway that shows what it was sent."""
    return answering(lambda asked: HTMLResponse(f"{asked.headers} {asked.url} {ROW}", code))


def rows(*listed: object) -> Fault:
    """Answer with these rows."""
    return answering(lambda _: JSONResponse({"data": listed, "paging": PAGING}))


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
        (rows("Geheim"), 4, "users: Expected `object`, got `str` - at `$[0]`"),
    ],
    ids=["401", "403", "422", "500", "400 page", "404 page", "type", "date", "no row"],
)
def test_a_refused_sync_says_one_line(  # noqa: PLR0913 - cases and fixtures
    fault: Fault,
    code: int,
    said: str,
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Path, status and the server's own words without key or login; nor is more on the disk."""
    monkeypatch.setattr(sys, "argv", ["timehouse", "sync", "--warehouse", f"{tmp_path}/w.duckdb"])
    with serve(failing(company(), fault, path="/v3/users")) as url:
        for name, value in {**configured(url, "basic"), "RUNTIME__LOG_LEVEL": "ERROR"}.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main()

    told = capsys.readouterr()
    (line,) = told.err.splitlines()[-1:]
    assert (ended.value.code, line[: len(said)]) == (code, said)
    assert [word for word in PRIVATE if word in told.out + told.err] == []
    assert holding(tmp_path, *SECRETS, "Geheim") == set()


def test_a_bug_tells_no_secret_either(tmp_path: Path) -> None:
    """A traceback, with all logs and Python's own faults shown, and what dlt keeps of the end."""
    deep = msgspec.Raw(b"[" * 10_000 + b"]" * 10_000)  # deeper than anything here can read
    body = msgspec.json.encode({"data": [{**ROW, "user_ids": deep}], "paging": PAGING})
    fault = answering(lambda _: Response(body))
    with serve(failing(company(), fault, path="/v3/teams")) as url:
        environment = {
            **configured(url, "headers"),
            "PYTHONFAULTHANDLER": "1",
            "PYTHONDEVMODE": "1",
        }
        ran = subprocess.run(
            [TIMEHOUSE, "sync"],
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
    assert [word for word in (*SECRETS, "Geheim") if word in ran.stdout + ran.stderr] == []
    assert ("RecursionError", "trace.pickle") in holding(tmp_path, "RecursionError", *SECRETS)
    assert holding(tmp_path, *SECRETS, "Geheim") == set()


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_leads_nowhere(code: int, tmp_path: Path) -> None:
    """Another server, were it on the same machine, is never asked, and so never sees the key."""
    other, account, place = company(), company(), Place(warehouse=tmp_path / "w.duckdb")
    with serve(other) as elsewhere:
        away = answering(lambda asked: RedirectResponse(elsewhere + asked.url.path[4:], code))
        with serve(failing(account, away)) as url:
            settings = Settings(USER, KEY, APPLICATION, url)
            with pytest.raises(PipelineStepFailed) as caught:
                sync(place, settings, Options(account.world.now))

    assert explained(caught.value) == (
        Exit.NOT_AS_AGREED,
        f"GET /v4/users/me: {code}. Redirects are not followed; check BASE_URL.",
    )
    assert other.requests == account.requests == []
