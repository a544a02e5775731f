"""How Alembic reaches the database: over the connection that `store.schema` hands in."""

import warnings

from alembic import context
from sqlalchemy.exc import SAWarning

from store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
with warnings.catch_warnings(), context.begin_transaction():
    # A table written anew on SQLite is read with those that it points at; their indexes stay as they are.
    warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index", SAWarning)
    context.run_migrations()
