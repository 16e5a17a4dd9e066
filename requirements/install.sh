#!/bin/sh
# Makes .venv, or $2, hold exactly the hashed requirements of $1, and the project itself.
set -eu
wanted=requirements/$1.txt
venv=${2:-.venv}

if command -v uv >/dev/null 2>&1; then
    [ -x "$venv/bin/python" ] || uv venv --quiet --python "$PYTHON" "$venv"
    install="uv pip install --quiet --python $venv/bin/python"
else
    [ -x "$venv/bin/pip" ] || "$PYTHON" -m venv --clear "$venv"
    install="$venv/bin/pip install --quiet --disable-pip-version-check"
fi
# All there is to install is listed; older versions of pip look for some of it once more.
$install --no-deps --require-hashes --requirement "$wanted"
# What is only measured beside the project knows nothing of it.
[ "$1" = airbyte ] || $install --no-deps --no-build-isolation --editable .

touch "$venv/$1"
# Each of these holds those before it; what has a folder of its own is apart.
for part in core notebooks dev lake; do
    [ $# -eq 1 ] || break
    touch "$venv/$part"
    [ "$1" != "$part" ] || break
done
