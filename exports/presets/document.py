"""The computed parts of docs/presets/*.md; `python -m exports.presets.document docs/presets` writes them."""

import sys
from collections.abc import Mapping
from pathlib import Path

from exports.presets import PRESETS
from exports.presets.opt_outs import columns_of
from exports.presets.preset import Preset
from exports.presets.writing import IF_IMPORTED

#: Between these lines of a page stands what is computed from the preset.
BEGIN, END = "<!-- made from the preset: change that, not this -->", "<!-- end -->"


def computed(preset: Preset) -> str:
    """Return what a preset says of itself, as Markdown."""
    takes = f"only whom {' or '.join(preset.takes)} may reach" if preset.takes else "everybody"
    quotes = ", every cell in quotes" if preset.quote_all else ""
    removal = preset.removal_key[0].name
    rows = [
        f"| `{each.name}` | {each.field} | {'may be left out' if each.optional else 'always there'} |"
        for each in preset.columns
    ]
    choices = [
        f"| {choice.channel} {word} | `{preset.name}.opt-{file}-{choice.channel}.csv` | {_set(cells)} |"
        for choice in preset.choices
        for word, file, cells in (("yes", "in", choice.opt_in), ("no", "out", choice.opt_out))
        if cells is not None
    ]
    form = "ndjson" if preset.removal_text else "csv"
    removals = [
        f"| {asked.value} | `{preset.name}.{asked.value}.{form}` | {_set(cells)} |"
        for asked, cells in preset.removal.items()
    ]
    if preset.merges_on:
        word = IF_IMPORTED.replace("_", "-")
        removals.append(
            f"| erased, where the record may have been there before us ({', '.join(preset.merges_on)}) "
            f"| `{preset.name}.{word}.{form}` | the same; delete it only if an import created it |"
        )
    facts = (
        f"Takes {takes}. At most {preset.max_rows:,} rows and {preset.max_bytes // 1_000_000} MB a file; "
        f"{preset.encoding.upper()} without a byte order mark, `{preset.delimiter}` between cells{quotes}.\n"
        f"Read {preset.checked_on} at <{preset.source}>."
    )
    table = ["| column | made of | |", "| --- | --- | --- |", *rows]
    leaving = [f"| a choice or removal, by `{removal}` | file | sets |", "| --- | --- | --- |", *choices]
    return "\n".join([BEGIN, facts, "", *table, "", *leaving, *removals, "", _back(preset), END])


def _back(preset: Preset) -> str:
    """Say how a target's list of opt-outs is read back."""
    known = columns_of(preset)
    named = ", ".join(f"`{each}`" for each in (*known.keys, *known.handles))
    noes = " or ".join(
        f"`{column}` = `{' | '.join(sorted(words & {'no', 'yes'}))}`"
        for column, words in known.says_no.items()
    )
    whole = f"Of a list that says so, only who has {noes} objects." if noes else "Everybody on it objects."
    command = f"`regulars object --file LIST --preset {preset.name}`"
    return f"Opt-outs back to us: {command} knows people by {named}. {whole}"


def page(text: str, preset: Preset) -> str:
    """Return a page with its computed part brought up to date."""
    before, _, rest = text.partition(BEGIN)
    return before + computed(preset) + rest.partition(END)[2]


def main(folder: Path) -> None:
    """Bring the pages in a folder up to date."""
    for name, preset in PRESETS.items():
        path = folder / f"{name}.md"
        path.write_text(page(path.read_text(encoding="utf-8"), preset), encoding="utf-8")


def _set(cells: Mapping[str, str]) -> str:
    listed = ", ".join(
        f"`{name}` = `{cell}`" if cell else f"`{name}` as it is" for name, cell in cells.items()
    )
    return listed.replace("|", r"\|") or "being in the file says it"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
