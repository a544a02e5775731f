"""A command that waits for a harvest: who else brings the road up is waited for, not refused."""

import threading
from pathlib import Path

import pytest

from config.settings import Settings
from console.cli import harvest
from store import workers
from workers.life import Life
from workers.runtime import Runtime
from workers.supervisor import TakenError, _locked


def test_workers_that_another_process_is_bringing_up_are_waited_for(tmp_path: Path) -> None:
    runtime = Runtime(Settings(data_dir=tmp_path), upgrade=True)
    lives = [Life(runtime.database, kind, "harvest.twitter") for kind in ("dispatcher", "worker")]
    with _locked(runtime.settings):
        coming = threading.Timer(0.3, lambda: [each.begin() for each in lives])
        coming.start()
        with harvest.road_for(runtime, "harvest.twitter"):
            coming.join()
            with runtime.database.read() as connection:
                assert len(workers.every(connection)) == 2
        for each in lives:
            each.end()
    runtime.database.close()


def test_whoever_never_comes_up_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harvest, "STARTING_S", 0.0)
    runtime = Runtime(Settings(data_dir=tmp_path), upgrade=True)
    with (
        _locked(runtime.settings),
        pytest.raises(TakenError, match="Another Regulars"),
        harvest.road_for(runtime, "harvest.twitter"),
    ):
        pass
    runtime.database.close()
