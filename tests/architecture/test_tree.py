"""What holds for the tree as a whole: sizes, names, places, and who may know SQL."""

import ast
import re
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

from tests.architecture.tree import PACKAGES, committed, modules, name, text_of

LONGEST = 300
#: Longer for a reason that stands here.
LONGER = {
    "store/tables.py": "every table of the database in one place",
    "store/migrations/versions/0001_first_schema.py": "a migration is as long as its change",
}
OURS = modules(*PACKAGES)
PYTHON = [each for each in committed() if each.suffix == ".py"]
#: What may be imported from SQLAlchemy outside store: names of types in signatures.
TYPES_OF_SQL = {"Connection", "Row", "RowMapping"}
#: The hosts of package registries, and folders of somebody's machine. Written so that this file has none.
PLACES = re.compile(
    r"py"
    r"pi\.org|files\.python"
    r"hosted|registry\.np"
    r"mjs|npm"
    r"js\.(?:com|org)|deb\.deb"
    r"ian|"
    r"proxy\.gol"
    r"ang|crates"
    r"\.io|index-u"
    r"rl\s*=|"
    r"(?<![\w.~/])/(?:home|Users|root|work|opt/py)"
    r"/\w"
)


def test_every_module_says_in_its_first_line_what_it_owns() -> None:
    first_lines = {name(each): (ast.get_docstring(parsed(each)) or "").partition("\n")[0] for each in PYTHON}
    assert [each for each, line in first_lines.items() if not line.endswith(".")] == []


def test_no_module_is_long_without_a_reason() -> None:
    lines = {name(each): len(text_of(each).splitlines()) for each in OURS}
    assert {each: n for each, n in lines.items() if n > LONGEST and each not in LONGER} == {}


def test_modules_are_small_on_the_whole() -> None:
    lines = [len(text_of(each).splitlines()) for each in OURS if each.name != "__init__.py"]
    assert median(lines) <= 80


def test_no_folder_or_module_is_named_after_a_mechanism() -> None:
    banned = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "services", "models", "core"}
    assert [name(each) for each in PYTHON if banned & {each.stem, *each.parent.parts[-3:]}] == []


def test_no_dependency_brings_a_folder_named_as_one_of_ours() -> None:
    # The checkout itself is linked and not copied there, so whatever bears our names is somebody else's.
    installed = {Path(sysconfig.get_path(each)) for each in ("purelib", "platlib")}
    assert [each for folder in installed for each in _named_as_ours(folder)] == []


def test_a_dependency_that_brought_one_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "console.py").touch()
    assert _named_as_ours(tmp_path) == ["console.py", "store"]


def _named_as_ours(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if each.name.partition(".")[0] in PACKAGES)


def test_no_file_names_a_registry_or_a_place_on_a_machine() -> None:
    named = {name(each): PLACES.findall(text_of(each)) for each in committed()}
    assert {each: found for each, found in named.items() if found} == {}


def test_outside_store_sqlalchemy_is_a_type_in_signatures() -> None:
    taken = {
        (name(each), word)
        for each in modules("pipeline", "workers", "console")
        for module, word in _imports(each)
        if module.split(".")[0] == "sqlalchemy" or module == "store.tables"
    }
    assert [each for each in sorted(taken) if each[1] not in TYPES_OF_SQL] == []


def _imports(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", each.name) for each in node.names)
        elif isinstance(node, ast.Import):
            yield from ((each.name, each.name) for each in node.names)


@cache
def parsed(path: Path) -> ast.Module:
    """Parse a Python file."""
    return ast.parse(text_of(path))


def test_nothing_is_left_by_a_merge() -> None:
    marks = ("<" * 7 + " ", ">" * 7 + " ")
    texts = (each for each in committed() if each.suffix in {".py", ".md", ".toml", ".yml", ".txt", ".html"})
    assert [
        name(each) for each in texts if any(line.startswith(marks) for line in text_of(each).splitlines())
    ] == []
