#!/bin/sh
# Makes .venv, or $2, hold exactly the hashed requirements of $1 (core, notebooks, dev, lake, airflow or spark), and the project itself.
set -eu
wanted=requirements/$1.txt
venv=${2:-.venv}

if command -v uv >/dev/null 2>&1; then
    [ -x "$venv/bin/python" ] || uv venv --quiet --python "$PYTHON" "$venv"
    uv pip install --quiet --python "$venv/bin/python" --require-hashes --requirement "$wanted"
    uv pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation --editable .
else
    [ -x "$venv/bin/pip" ] || "$PYTHON" -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement "$wanted"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
fi

touch "$venv/$1"
# Each of these holds those before it; Airflow's and Spark's are apart.
for part in core notebooks dev lake; do
    case $1 in airflow | spark) break ;; esac
    touch "$venv/$part"
    [ "$1" != "$part" ] || break
done
