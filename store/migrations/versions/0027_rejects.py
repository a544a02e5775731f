"""Written files: the rejects of lists stand among them, with their date."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

_KIND, _ENDS, _SHOWS = (
    "ck_written_files_kind",
    "ck_written_files_backup_ends",
    "ck_written_files_export_shows",
)


def upgrade() -> None:
    """Bring the schema up."""
    _allow(("export", "access", "backup", "rejects"), "kind IN ('backup', 'rejects')")


def downgrade() -> None:
    """Take it down again; where rejects lie is forgotten."""
    op.execute("DELETE FROM written_files WHERE kind = 'rejects'")
    _allow(("export", "access", "backup"), "kind = 'backup'")


def _allow(kinds: tuple[str, ...], ends: str) -> None:
    """Say anew what a file may be and which end; on SQLite, which cannot, the table is written anew."""
    checks = {
        _KIND: f"kind IN ({', '.join(repr(each) for each in kinds)})",
        _ENDS: f"({ends}) = (expires_at IS NOT NULL)",
        _SHOWS: "(kind = 'export') = (seq IS NOT NULL)",
    }
    if op.get_bind().dialect.name == "postgresql":
        for name in (_KIND, _ENDS):
            op.drop_constraint(op.f(name), "written_files", type_="check")
            op.create_check_constraint(op.f(name), "written_files", checks[name])
        return
    # The old checks are not reflected, so the new table has only these.
    with op.batch_alter_table("written_files", recreate="always") as table:
        for name, check in checks.items():
            table.create_check_constraint(op.f(name), sa.text(check))
