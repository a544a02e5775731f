#!/bin/sh
# Looks at what the program is made of, with programs in an environment of their own (.supply).
# Usage: tools/supply.sh audit|sbom
set -eu
cd "$(dirname "$0")/.."
wanted="pip-audit==2.* cyclonedx-bom==7.*"
if [ "$(cat .supply/made-of 2>/dev/null)" != "$wanted" ]; then
    python3 -m venv --clear .supply
    # shellcheck disable=SC2086  # words on purpose
    .supply/bin/python -m pip install --quiet --disable-pip-version-check $wanted
    echo "$wanted" >.supply/made-of
fi
case $1 in
audit) .supply/bin/pip-audit --requirement requirements/run.txt --require-hashes --disable-pip --strict ;;
sbom)
    mkdir -p dist
    .supply/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --output-format JSON \
        --output-file dist/sbom.json requirements/run.txt
    echo "dist/sbom.json"
    ;;
*)
    echo "Say audit or sbom." >&2
    exit 1
    ;;
esac
