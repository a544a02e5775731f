#!/bin/sh
# Builds the wheel, installs it beside no checkout, and lets it do the main job from another folder.
set -eu
cd "$(dirname "$0")/.."
dev=$(pwd)/.venv
place=$(mktemp -d "${TMPDIR:-/tmp}/regulars-wheel.XXXXXX")
trap 'rm -rf "$place"' EXIT
trap 'exit 130' INT TERM

# What an earlier build left would be packed again, deleted modules too.
rm -rf build
"$dev/bin/python" -m build --wheel --no-isolation --outdir "$place/dist" . >"$place/build.log" 2>&1 || {
    cat "$place/build.log" >&2
    exit 1
}
"$dev/bin/python" -m venv --without-pip "$place/venv"
"$dev/bin/python" -m pip --python "$place/venv/bin/python" install --quiet --disable-pip-version-check \
    --no-deps --no-index "$place"/dist/*.whl
# The locked packages are borrowed as a plain path: the editable link to the checkout is not followed there.
borrowed=$("$dev/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
own=$("$place/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$borrowed" >"$own/borrowed.pth"

mkdir "$place/elsewhere"
cd "$place/elsewhere"
unset PYTHONPATH
"$place/venv/bin/python" - "$own" <<'CHECK'
import sys
from importlib import import_module

own = sys.argv[1]
packages = "domain classifier config store connectors pipeline exports workers console simulator".split()
elsewhere = [name for name in packages if not str(import_module(name).__file__).startswith(own)]
sys.exit(f"Not from the wheel: {', '.join(elsewhere)}." if elsewhere else 0)
CHECK
"$place/venv/bin/regulars" --help >/dev/null
"$place/venv/bin/regulars" config show >/dev/null
"$place/venv/bin/regulars" demo --audience 400 --out demo >demo.log 2>&1 || {
    cat demo.log >&2
    exit 1
}
test -s demo/export/contacts.csv
echo "The wheel works from another folder."
