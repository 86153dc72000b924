"""Variants carry all that was measured of them. Frozen: never changed once released."""

# pyright: basic

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add ``variants.measures``: JSON, empty for variants that were measured before."""
    with op.batch_alter_table("variants") as batch:
        batch.add_column(sa.Column("measures", sa.Text(), nullable=False, server_default="{}"))
