"""A consumer in tests that is a script: run within the test, with a clock that waiting puts forward."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from console.verifying.command import AGAIN_STATUS
from console.verifying.consumer import Ended, Held, How, read

DOCUMENT = Path(__file__).parents[1] / "docs" / "consumers.md"


def example() -> str:
    """Return the example consumer as the document has it."""
    *_, found = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    return str(found)


@dataclass
class Script:
    """Runs a script like the example without a process of its own."""

    code: str
    file: Path
    waited_s: float = 0.0
    _code: Any = field(init=False)

    def __post_init__(self) -> None:
        code = self.code.replace("sys.argv", "ARGV").replace("os.environ", "ENVIRON")
        self._code = compile(code.replace("time.sleep(", "SLEEP("), "mirror.py", "exec")

    def clock(self) -> float:
        """Tell the time, which passes by waiting alone."""
        return self.waited_s

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        self.waited_s += seconds

    def sync(self, url: str, token: str) -> Ended:
        """Let it read on."""
        status, _ = self._run([], {"CONSUMER_URL": url, "CONSUMER_TOKEN": token})
        if status == 0:
            return Ended(How.DONE)
        return (
            Ended(How.AGAIN) if status == AGAIN_STATUS else Ended(How.FAILED, f"ended with status {status}")
        )

    def held(self, within_s: float | None = None) -> dict[str, Held]:
        """Ask whom it holds."""
        del within_s
        return read(self.dump(), "Its --dump")

    def dump(self) -> bytes:
        """Return whom it prints."""
        return "\n".join(self._run(["--dump"], {})[1]).encode()

    def kill(self) -> bool:
        """Leave it: it has no process that could be killed."""
        return False

    def _run(self, more: list[str], environment: dict[str, str]) -> tuple[int, list[str]]:
        said: list[str] = []

        def keep(*lines: str, sep: str = " ") -> None:
            said.append(sep.join(lines))

        names = {"ARGV": ["mirror.py", str(self.file), *more], "ENVIRON": environment}
        try:
            exec(self._code, {**names, "SLEEP": self.pause, "print": keep})  # noqa: S102  # the document's own
        except SystemExit as ended:
            return int(ended.code or 0), said
        except Exception as error:  # noqa: BLE001  # as a program of its own ends by it
            return 1, [*said, json.dumps(type(error).__name__)]
        return 0, said
