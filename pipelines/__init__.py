"""The one place that joins source, destination and models: the command line and its verbs."""
