#!/bin/sh
# Makes .venv, or $2, hold exactly the hashed requirements of $1 (core, notebooks, dev, lake or airflow), and the project itself.
set -eu
wanted=requirements/$1.txt
venv=${2:-.venv}

if command -v uv >/dev/null 2>&1; then
    [ -x "$venv/bin/python" ] || uv venv --quiet --python "$PYTHON" "$venv"
    uv pip install --quiet --python "$venv/bin/python" --require-hashes --requirement "$wanted"
    uv pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation --editable .
else
    [ -x "$venv/bin/pip" ] || "$PYTHON" -m venv --clear "$venv"
    # All there is to install is listed; older versions of pip look for some of it once more.
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement "$wanted"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
fi

touch "$venv/$1"
# Each of these holds those before it; Airflow's is apart.
for part in core notebooks dev lake; do
    [ "$1" != airflow ] || break
    touch "$venv/$part"
    [ "$1" != "$part" ] || break
done
