"""Dead letters are sent once more or dropped; each act entered in the journal."""

from datetime import datetime

from sqlalchemy import Connection

from domain.journal import Act
from domain.webhook import State, WebhookError
from pipeline.webhooks import enter
from store import webhook_letters, webhooks
from store.webhook_letters import Letter


def replay_letter(connection: Connection, letter: Letter, actor: str, *, now: datetime) -> None:
    """Send a dead letter once more; raises WebhookError where its endpoint is told nothing."""
    webhook = webhooks.get(connection, letter.webhook_id)
    if webhook.state is not State.ACTIVE:
        raise WebhookError("This webhook is told nothing now: resume it first.")
    webhook_letters.replay(connection, letter.id, now=now)
    enter(connection, actor, Act.WEBHOOK_REPLAYED, webhook, now, letter=letter.id)


def drop_letter(connection: Connection, letter: Letter, actor: str, *, now: datetime) -> None:
    """Forget a dead letter."""
    webhook = webhooks.get(connection, letter.webhook_id)
    webhook_letters.drop(connection, letter.id)
    enter(connection, actor, Act.WEBHOOK_DROPPED, webhook, now, letter=letter.id)
