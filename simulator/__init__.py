"""One invented company, and a local server that tells it as a time tracker's API would."""
