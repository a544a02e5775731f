"""One understood request to X: its endpoint, its caller, its page and the vocabulary it speaks."""

from dataclasses import dataclass, field
from typing import Any

from simulator.http import Answer, Request
from simulator.mixing import mix
from simulator.twitter.endpoints import Endpoint
from simulator.twitter.positions import Position, read, write
from simulator.twitter.problems import NEW_HOME, OLD_HOME
from simulator.world import World


class Refused(Exception):  # noqa: N818 - it carries an answer, it is no error of the simulator
    """Ends a call early with the answer it carries."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler needs; `target` is the id or name in the path, `max_results` 0 without pages."""

    request: Request
    world: World
    endpoint: Endpoint
    target: str
    by_user: bool
    max_results: int = 0
    start: Position = field(default=Position(0))
    user_fields: frozenset[str] = frozenset()
    post_fields: frozenset[str] = frozenset()
    expansions: frozenset[str] = frozenset()

    @property
    def new_words(self) -> bool:
        """Tell whether to answer in the words of spec 2.167 (x-api.md §1.3: `post.fields` asks for them)."""
        return "post.fields" in self.request.query

    @property
    def home(self) -> str:
        """Return where problem types live in the vocabulary asked for."""
        return NEW_HOME if self.new_words else OLD_HOME

    @property
    def owned(self) -> bool:
        """Tell whether the Owned Read price holds (x-api.md §0.4: own id and own app)."""
        own = self.target == self.world.audience.x_account.x_id
        return own and self.by_user and self.world.options.owned_app

    @property
    def listing(self) -> str:
        """Return what a pagination token of this call is bound to."""
        bound = ("since_id", "until_id", "start_time", "end_time", "exclude")
        return f"{self.request.path}?{[self.request.query.get(each) for each in bound]}"

    def token(self, place: int, *, walk: int, turn: int = 0) -> str:
        """Write the token of the next page."""
        timeline = self.endpoint.op not in {"followers", "following"}
        position = Position(place, walk, turn, int(self.world.now()))
        return write(position, self.listing, timeline=timeline)

    def chance(self, salt: int) -> int:
        """Return bits that decide how unkind this page is; the same token gives the same page."""
        return mix(mix(self.world.seed, self.start.place + salt), self.start.walk * 2 + self.start.turn)

    @property
    def emptied(self) -> bool:
        """Tell whether this page is empty although more follows (x-api.md §1.4), at most once at a place."""
        first = self.start.turn == 0 and self.start.place > 0
        return self.world.options.unkind_listings and first and self.chance(1) % 11 == 0

    @property
    def room(self) -> int:
        """Return how many items this page may hold: a share of pages is short (x-api.md §1.4)."""
        short = self.world.options.unkind_listings and self.max_results >= 5 and self.chance(2) % 3 == 0
        return self.max_results * 84 // 100 if short else self.max_results

    @property
    def repeated(self) -> int:
        """Return how many of the last page's items come once more (x-api.md §1.4: dedupe over pages)."""
        twice = self.world.options.unkind_listings and self.max_results >= 10 and self.start.place > 0
        return 1 + self.chance(3) % 2 if twice and self.chance(4) % 4 == 0 else 0


def page(
    call: Call, fragments: list[str], meta: dict[str, Any], more: dict[str, Any] | None = None
) -> Answer:
    """Put a page together; without items there is no `data` at all (x-api.md §1.4)."""
    parts = [f'"data":[{",".join(fragments)}]'] if fragments else []
    rest = {**(more or {}), "meta": {**meta, "result_count": len(fragments)}}
    tail = Answer.of_json(rest).body.decode()[1:-1]
    body = "{" + ",".join([*parts, tail]) + "}"
    return Answer(200, body.encode(), {"content-type": "application/json; charset=utf-8"}, call.endpoint.op)


def started_at(call: Call) -> Position | None:
    """Read the call's own token; None where it is no good or too old (x-api.md §1.4)."""
    text = call.request.query.get("pagination_token")
    if text is None:
        return Position(0)
    position = read(text, call.listing)
    life = call.world.options.pagination_token_s
    if position is None or (life is not None and call.world.now() > position.given_at + life):
        return None
    return position
