#!/bin/sh
# Makes an environment of its own for each program that the slow tests import our files into; none shares a package
# with .venv. They lie in .importers, or in the folder that IMPORTERS names.
# Usage: tools/importers.sh [creme|tryton|radicale …]
set -eu
cd "$(dirname "$0")/.."
folder=${IMPORTERS:-.importers}

packages() {
    case $1 in
    creme) echo "creme-crm==2.8.6" ;;
    tryton) echo "trytond==7.0.* trytond-party==7.0.*" ;;
    radicale) echo "radicale==3.9.*" ;;
    *)
        echo "There is no importer $1; there are creme, tryton and radicale." >&2
        exit 1
        ;;
    esac
}

mkdir -p "$folder"
for each in "${@:-creme tryton radicale}"; do
    for name in $each; do
        wanted=$(packages "$name")
        if [ "$(cat "$folder/$name/made-of" 2>/dev/null)" = "$wanted" ]; then continue; fi
        echo "Installing for the tests: $wanted."
        python3 -m venv --clear "$folder/$name"
        # shellcheck disable=SC2086  # words on purpose
        "$folder/$name/bin/python" -m pip install --quiet --disable-pip-version-check $wanted
        echo "$wanted" >"$folder/$name/made-of"
    done
done
