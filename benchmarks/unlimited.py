"""`timehouse` without the tracker's limits, which would be all that is measured."""

import os
from importlib.metadata import entry_points

import clockify_source.api
import clockodo_source.api
from api_extract import pages, session

clockodo_source.api.LIMITS = clockify_source.api.LIMITS = ()
if at_once := os.environ.get("BENCHMARK_IN_FLIGHT"):
    pages.iter_pages.__defaults__ = (int(at_once),)
    vars(session)["IN_FLIGHT"] = int(at_once)

if __name__ == "__main__":
    (program,) = entry_points(group="console_scripts", name="timehouse")
    program.load()()
