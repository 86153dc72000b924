"""Trials carry what their network costs beside its parameters. Frozen: never changed once released."""

# pyright: basic

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add ``trials.size_bytes`` and ``trials.latency_ms``: unknown for trials that were trained before."""
    with op.batch_alter_table("trials") as batch:
        batch.add_column(sa.Column("size_bytes", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("latency_ms", sa.Double(), nullable=True))
