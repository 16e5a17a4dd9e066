"""What is asked to find out what a resource would give: the first page of each workspace."""

from datetime import timedelta

from api_extract.checkup import Asked
from api_extract.errors import Forbidden, Gone
from api_extract.resource import Resource
from api_extract.windows import Window
from clockify_source.lists import read_whole
from clockify_source.reading import Clockify, Workspace, read_profile
from clockify_source.ways import Ways

RECENT = timedelta(days=30)


def ask(account: Clockify, resource: Resource) -> Asked:
    """Read a telling part of a resource of each workspace; raises what all of them answer."""
    found: list[int] = []
    refused: list[Forbidden | Gone] = []
    for workspace in account.workspaces:
        try:
            found.append(_rows(account, resource, workspace))
        except (Forbidden, Gone) as error:
            refused.append(error)
    if refused and not found:
        raise refused[0]
    of = {"entries": "30 days", "person": "you"}.get(resource.reading, "all")
    answer = f"not in {len(refused)} of {len(account.workspaces)} workspaces" if refused else "ok"
    return Asked(sum(found), of, answer)


def _rows(account: Clockify, resource: Resource, workspace: Workspace) -> int:
    run, shape = account.run, account.run.shape(resource.name)
    if resource.reading == "entries":
        until = run.options.as_of
        ways = Ways(run, workspace, shape, [Window(run.today - RECENT, run.today)])
        return int(ways.read(until - RECENT, until, bounded=False).num_rows)
    if resource.reading == "person":
        me = workspace.stamp._replace(user=str(run.report.owner))
        return 0 if read_profile(run, me) is None else 1
    return int(next(iter(read_whole(run, resource.name, workspace).values())).num_rows)
