"""Exports carry the process that writes them, so that one which was killed can be told. Frozen once released."""

# pyright: basic

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add ``exports.pid`` and ``exports.pid_identity``: unknown for those that were written before."""
    with op.batch_alter_table("exports") as batch:
        batch.add_column(sa.Column("pid", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("pid_identity", sa.Text(), nullable=True))
