#!/bin/sh
# Makes an environment of its own (.peers) for the programs that are measured beside ours; see benchmarks/beside.py.
set -eu
cd "$(dirname "$0")/.."
wanted=$(cat benchmarks/peers/requirements.txt)
if [ "$(cat .peers/made-of 2>/dev/null)" = "$wanted" ]; then exit 0; fi
python3 -m venv --clear .peers
.peers/bin/python -m pip install --quiet --disable-pip-version-check --requirement benchmarks/peers/requirements.txt
echo "$wanted" >.peers/made-of
