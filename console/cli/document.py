"""The text of docs/commands.md, made from the commands' help; `python -m console.cli.document` prints it."""

import sys
from collections.abc import Iterator
from typing import Any

import typer

from console.cli.main import command_line

_INTRO = """\
# Commands

<!-- Made from the commands' help by `python -m console.cli.document`; change the help, not this. -->

Exit codes: 0 done; 1 refused or failed, with a sentence; 2 wrong usage; 3 a harvest ended without having
read every stream whole; 4 it stopped at a budget and can go on; 5 the key is missing; 130 stopped by
Ctrl-C. `--json` prints for programs.
"""


def commands() -> Iterator[tuple[str, Any]]:
    """Walk every command that can be called, with its full name, in the order of the help."""
    yield from _below("regulars", typer.main.get_command(command_line()))


def commands_document() -> str:
    """Write the whole document as Markdown, the same for the same commands."""
    return _INTRO + "".join(_section(name, command) for name, command in commands())


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    group = getattr(command, "commands", None)
    if group is None:
        yield name, command
        return
    for word, each in group.items():
        yield from _below(f"{name} {word}", each)


def _section(name: str, command: Any) -> str:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    usage = " ".join([name, *(_argument(each) for each in arguments)])
    lines = [f"- `{_argument(each)}`: {each.help}\n" for each in arguments]
    lines += [f"- `{_option(each)}`: {each.help}\n" for each in command.params if each not in arguments]
    listed = "\n" + "".join(lines) if lines else ""
    return f"\n## `{usage}`\n\n{command.help.strip()}\n{listed}"


def _argument(parameter: Any) -> str:
    word = (parameter.metavar or parameter.name).upper()
    return word if parameter.required else f"[{word}]"


def _option(parameter: Any) -> str:
    flags = [*parameter.opts, *parameter.secondary_opts]
    return ", ".join(flags) + ("" if parameter.is_flag else f" {parameter.name.upper()}")


if __name__ == "__main__":
    sys.stdout.write(commands_document())
