"""The door of `/sim`; its own requests are neither counted nor spoiled."""

import json
from typing import Any

from simulator.control.commands import COMMANDS
from simulator.control.requests import requests
from simulator.http import Answer, Request
from simulator.world import World


def answer(request: Request, world: World) -> Answer:
    """Answer a request whose path has lost `/sim`; the truth is streamed elsewhere."""
    if request.method == "GET" and request.path == "/requests":
        return requests(world)
    if request.method == "GET" and request.path == "/day":
        return Answer.of_json({"day": world.day})
    if request.method == "GET" and request.path == "/windows":
        return Answer.of_json(world.windows.tallies.rows())
    command = COMMANDS.get(request.path) if request.method == "POST" else None
    if command is None:
        return Answer.of_json({"error": f"The simulator has no {request.method} /sim{request.path}."}, 404)
    try:
        given: Any = json.loads(request.body or b"{}")
        return command(world, given)
    except (ValueError, KeyError, TypeError) as wrong:
        return Answer.of_json({"error": f"The command could not be understood: {wrong}"}, 400)
