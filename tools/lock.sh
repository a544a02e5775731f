#!/bin/sh
# Writes requirements/run.txt, dev.txt and topics.txt from pyproject.toml: every package with its hashes, no address.
# Usage: tools/lock.sh [--upgrade]
set -eu
cd "$(dirname "$0")/.."

# One lock serves Python 3.11 and everything newer on every system: differences stand as markers.
lock() {
    target=$1
    shift
    .venv/bin/uv pip compile pyproject.toml --group build --universal --python-version 3.11 \
        --generate-hashes --no-annotate --no-header --quiet --output-file "$target" "$@"
}
lock requirements/run.txt "$@"
lock requirements/dev.txt --group dev --constraint requirements/run.txt "$@"
lock requirements/topics.txt --group dev --group topics --constraint requirements/dev.txt "$@"

if grep -nE '://|^-|^ *--(index|extra|find|trusted)| @ ' requirements/run.txt requirements/dev.txt requirements/topics.txt; then
    echo "A lock holds packages and hashes only; the lines above name a place." >&2
    exit 1
fi
