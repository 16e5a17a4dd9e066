"""The one place that joins source, destination and models: the command line and its verbs."""

import os

# dlt reads this when it is first asked for anything, and tells its makers about each run otherwise.
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
