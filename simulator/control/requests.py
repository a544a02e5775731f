"""What has been requested, and what it cost; in micro-dollars, gross and once per UTC day."""

from simulator.http import Answer
from simulator.world import World


def requests(world: World) -> Answer:
    """Answer counts by platform, endpoint and outcome (a status, or a fault's name), and the bill."""
    ledger = world.ledger
    meters = {
        meter: {
            "resources": ledger.resources[meter],
            "gross_micro_usd": ledger.gross[meter],
            "deduplicated_micro_usd": ledger.deduplicated[meter],
        }
        for meter in ledger.gross
    }
    billed = {
        "gross_micro_usd": sum(ledger.gross.values()),
        "deduplicated_micro_usd": sum(ledger.deduplicated.values()),
        "meters": meters,
    }
    totals = {each: world.counts.total(each) for each in ("twitter", "facebook")}
    return Answer.of_json(
        {"day": world.day, "totals": totals, "requests": world.counts.rows(), "billed": billed}
    )
