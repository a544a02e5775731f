#!/bin/sh
# Makes .venv with what requirements/<run|dev|topics>.txt locks and with this checkout; quick where nothing changed.
# Usage: tools/environment.sh run|dev|topics
set -eu
cd "$(dirname "$0")/.."
wanted=$1

# One line tells what a finished environment was made of. The checkout's own place is part of it: programs
# in an environment hold absolute paths, so a folder that was moved needs a new one.
made_of() {
    cat "requirements/$1.txt" pyproject.toml | cksum | tr '\n' ' '
    echo "$1 in $(pwd)"
}
stamp=.venv/made-of
if [ -x .venv/bin/regulars ] && [ -f "$stamp" ]; then
    if [ "$(cat "$stamp")" = "$(made_of "$wanted")" ]; then exit 0; fi
    # dev holds all that run holds.
    if [ "$wanted" = run ] && [ "$(cat "$stamp")" = "$(made_of dev)" ]; then exit 0; fi
    if [ "$wanted" = run ] && grep -q " dev in " "$stamp"; then wanted=dev; fi
fi

usable='import ensurepip, sqlite3, sys, venv
sys.exit(sys.version_info < (3, 11) or sqlite3.sqlite_version_info < (3, 38))'
find_python() {
    for each in python3.14 python3.13 python3.12 python3.11 python3 python; do
        # A shim on the path may stand for a Python that is not there, so each is tried.
        if "$each" -c "$usable" >/dev/null 2>&1; then
            echo "$each"
            return
        fi
    done
    echo "No Python 3.11 or newer with venv and SQLite 3.38 was found on the PATH." \
        "Install one (Debian: apt-get install python3 python3-venv) and run make again." >&2
    exit 1
}

if ! .venv/bin/python -c "$usable" >/dev/null 2>&1 || ! grep -qs " in $(pwd)\$" "$stamp"; then
    python=$(find_python)
    echo "Making .venv with $("$python" --version)."
    "$python" -m venv --clear .venv
fi
rm -f "$stamp"
echo "Installing what requirements/$wanted.txt locks."
# A lock is whole: left to itself, pip would ask the index what a dependency's extra needs and may get a newer
# version than the locked one, without a hash.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "requirements/$wanted.txt"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
made_of "$wanted" >"$stamp"
