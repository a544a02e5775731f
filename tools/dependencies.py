"""Write docs/dependencies.md: every locked package with its version and licence, as it is installed.

`python -m tools.dependencies > docs/dependencies.md`, after `make lock`.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
_NAME = re.compile(r"^[A-Za-z0-9._-]+")
#: What packages call their licence in words, and its SPDX identifier.
_SPDX = {
    "MIT License": "MIT",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "Apache": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "Python Software Foundation License": "PSF-2.0",
    "PSFL": "PSF-2.0",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
}
_HEAD = """# What it is made of

Every package that the program needs at work, with the version that `requirements/run.txt` locks by hash.
**Bold** is what `pyproject.toml` asks for, with its reason in an ADR; the rest comes with these. Licences
are what the packages say of themselves. `tests/architecture/test_dependencies.py` lets in permissive ones
and, of those that ask something in return, the MPL and the LGPL: they ask it for their own files, which stay
as they are.

- `make lock UPGRADE=1` takes newer versions; `make check test` says whether they hold.
- `make audit` asks the database of known holes about each locked version (pip-audit). It needs the site of
  the Python Package Index, which not every network reaches: where it cannot ask, it says so and fails.
- `make sbom` writes `dist/sbom.json` (CycloneDX).

| package | version | licence |
|---|---|---|
"""


class Package(NamedTuple):
    """A locked package; `asked` tells that we ask for it ourselves."""

    name: str
    version: str
    licence: str
    asked: bool


def asked_for() -> set[str]:
    """Return the packages that pyproject.toml asks for, extras among them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = (each for extra in project["optional-dependencies"].values() for each in extra)
    lines = (*project["dependencies"], *extras)
    return {_plain(found.group()) for each in lines if (found := _NAME.match(each))}


def packages() -> Iterator[Package]:
    """Yield what is locked and installed here, by name; what is for other systems alone is left out."""
    asked = asked_for()
    locked = _LOCKED.findall((ROOT / "requirements" / "run.txt").read_text(encoding="utf-8"))
    for name, version in sorted(locked, key=lambda each: _plain(each[0])):
        try:
            found = distribution(name)
        except ModuleNotFoundError:
            continue
        yield Package(_plain(name), version, licence_of(found), _plain(name) in asked)


def licence_of(found: Distribution) -> str:
    """Return a package's licence as an SPDX expression where it says one, else in its own words."""
    about = found.metadata
    if "License-Expression" in about:
        return about["License-Expression"]
    every = about.get_all("Classifier") or []
    classes = [each.rsplit(" :: ", 1)[-1] for each in every if each.startswith("License ::")]
    named = " OR ".join(_SPDX.get(each, each) for each in classes)
    said = named or (about["License"].split("\n")[0] if "License" in about else "")
    return _SPDX.get(said, said)


def document() -> str:
    """Return the page."""
    rows = (
        f"| {f'**{each.name}**' if each.asked else each.name} | {each.version} | {each.licence} |\n"
        for each in packages()
    )
    return _HEAD + "".join(rows)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.stdout.write(document())
