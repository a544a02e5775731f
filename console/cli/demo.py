"""`regulars demo`: the whole road on invented people, from an API's answer to a file for a CRM."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from config.loading import load
from config.settings import PREFIX
from connectors.registry import connect
from console.cli.demo_interests import compare
from console.cli.harvest import road_for
from console.cli.progress import follow
from console.cli.start import UnfinishedError
from console.cli.topics_read import read_topics
from console.cli.words import note, out, print_table, usd
from console.patience import patiently
from console.telling import sentence_of
from console.travel import draw
from console.visible import shown
from domain.account import Account
from domain.contact import Platform
from domain.credentials import Credentials
from domain.errors import RegularsError
from exports.files import Exported
from exports.files import export as write_files
from pipeline.admit import review
from pipeline.begin import Wanted, begin_harvest
from store import accounts, decisions, messaging, reading
from store.interrupts import held_back
from store.runs import queue_of
from workers.children import die_with_parent
from workers.runtime import Runtime, utc_now

#: How long the simulator may take to listen, in seconds.
READY_S = 20.0
#: Rows of the export that are shown.
FIRST_ROWS = 5


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(demo)


def demo(
    folder: Annotated[Path, typer.Option("--out", help="Folder of everything that the demo writes.")] = Path(
        "demo"
    ),
    audience: Annotated[
        int, typer.Option(help="How many people there are on both platforms.", min=100)
    ] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same people.")] = 7,
) -> None:
    """Harvest two invented accounts on a simulator, label everybody, export who may be written to."""
    begun = time.monotonic()
    with simulated(folder, audience, seed) as ready:
        open_runtime = open_installation(folder, ready)
        connected = connect_accounts(open_runtime, ready)
        with road_for(open_runtime, *map(queue_of, Platform)):
            rows = harvest_accounts(open_runtime, connected)
            read_topics(open_runtime)
        _require_whole(rows)
        compared = compare(open_runtime, ready["truth_url"])
    with open_runtime.database.read() as connection:
        policy = open_runtime.policy_in_force(connection)
    settings = open_runtime.settings
    review(open_runtime.database, policy, settings.controller, now=utc_now(), to_others=settings.to_others)
    exported = write_files(open_runtime.database, "csv", folder / "export", now=utc_now())
    _tell(open_runtime, rows, exported, folder)
    out.print(str(compared), soft_wrap=True)
    out.print(f"Done in {time.monotonic() - begun:.0f} s. Look at it in the console:")
    out.print(f"REGULARS_DATA_DIR={shlex.quote(str(folder / 'data'))} {_program()} up", soft_wrap=True)


def _program() -> str:
    """Return how this program was called, as somebody would type it again."""
    called = Path(sys.argv[0])
    if called.name != "regulars":
        return "regulars"
    return str(called.relative_to(Path.cwd()) if called.is_relative_to(Path.cwd()) else called)


@contextmanager
def simulated(folder: Path, audience: int, seed: int) -> Iterator[Mapping[str, Any]]:
    """Run the simulator in a process of its own; yields what its ready file says."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as last:
        ready = Path(last.enter_context(tempfile.TemporaryDirectory())) / "ready.json"
        command = [sys.executable, "-m", "simulator", "--ready-file", str(ready)]
        command += ["--audience", str(audience), "--seed", str(seed)]
        with held_back(), (folder / "simulator.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603  # our own command
                command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509  # before any thread of ours
            )
            last.callback(process.wait)
            last.callback(process.terminate)
        yield _ready(ready, process, folder)


def _ready(path: Path, process: subprocess.Popen[bytes], folder: Path) -> Mapping[str, Any]:
    deadline = time.monotonic() + READY_S
    while not path.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RegularsError(f"The simulator did not start; see {folder / 'simulator.log'}.")
        time.sleep(0.05)
    read: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def open_installation(folder: Path, ready: Mapping[str, Any]) -> Runtime:
    """Open an installation of the demo's own; workers read the same settings from the environment."""
    for name in [each for each in os.environ if each.startswith(PREFIX)]:
        del os.environ[name]
    os.environ["REGULARS_DATA_DIR"] = str(folder / "data")
    for platform in ("twitter", "facebook"):
        os.environ[f"REGULARS_{platform.upper()}_BASE_URL"] = ready[platform]["base_url"]
    return Runtime(load(), upgrade=True)


def connect_accounts(open_runtime: Runtime, ready: Mapping[str, Any]) -> list[Account]:
    """Connect the simulator's account of each platform."""
    x, page = ready["twitter"], ready["facebook"]
    wanted = [
        (
            Account("twitter", x["account_id"], "team-x", owned_reads=True),
            Credentials(x["user_token"]),
        ),
        (
            Account("facebook", page["page_id"], "team-page"),
            Credentials(page["page_token"], page.get("user_token")),
        ),
    ]
    connected = []
    for account, credentials in wanted:
        connector = connect(account, credentials, open_runtime.settings.base_url(account.platform))
        proof = patiently(connector.prove)
        with open_runtime.database.write() as connection:
            account_id = accounts.add(
                connection, account, open_runtime.seal(connection, credentials), now=utc_now()
            )
            accounts.proven(connection, account_id, proof)
            connected.append(accounts.get(connection, account_id))
    return connected


def harvest_accounts(open_runtime: Runtime, connected: list[Account]) -> list[Mapping[Any, Any]]:
    """Harvest every stream of some accounts, to the end of each; the road must be up."""
    run_ids: list[int] = []
    for account in connected:
        with open_runtime.database.write() as connection:
            connector = open_runtime.connector_of(connection, account)
            run_ids += begin_harvest(
                connection, account, connector, Wanted(join=True), now=utc_now()
            ).values()
    return follow(open_runtime, run_ids)


def _require_whole(rows: list[Mapping[Any, Any]]) -> None:
    unread = [each for each in rows if each["state"] != "done"]
    if unread:
        raise UnfinishedError("; ".join(f"{each['stream']}: {each['error']}" for each in unread))


def _tell(open_runtime: Runtime, rows: list[Mapping[Any, Any]], exported: Exported, folder: Path) -> None:
    with open_runtime.database.read() as connection:
        labels = reading.label_counts(connection)
        inside, _ = messaging.counts(connection)
        flow = reading.label_flow(connection)
        examples = reading.examples(connection)
        sentences = [sentence_of(each, decisions.of_contact(connection, each["id"])[0]) for each in examples]
    picture = folder / "travel.svg"
    picture.parent.mkdir(parents=True, exist_ok=True)
    draw(flow, inside).savefig(picture, metadata={"Date": None})
    requests, spend = sum(each["requests"] for each in rows), sum(each["spend_micro_usd"] for each in rows)
    print_table(
        ("contacts", "regular", "occasional", "in the messaging store", "requests", "simulated dollars"),
        [
            (
                f"{sum(labels.values()):,}",
                f"{labels.get('regular', 0):,}",
                f"{labels.get('occasional', 0):,}",
                f"{inside:,}",
                f"{requests:,}",
                usd(spend),
            )
        ],
    )
    out.print("Why three of them are what they are:")
    for each, sentence in zip(examples, sentences, strict=True):
        out.print(
            Text(f"  {shown(each['platform'])}:{shown(each['platform_id'])}  {sentence}"), soft_wrap=True
        )
    note(f"The travel as a picture: {picture}")
    out.print("The first rows of the export:")
    with exported.contacts.open(encoding="utf-8", newline="") as file:
        for _, line in zip(range(FIRST_ROWS + 1), file, strict=False):
            out.print(Text(f"  {shown(line.rstrip())}"), soft_wrap=True)
    out.print(f"Open it: less {exported.contacts}", soft_wrap=True)
