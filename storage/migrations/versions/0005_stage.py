"""Studies carry what their engine is doing, so that a long start can be told. Frozen: never changed once released."""

# pyright: basic

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add ``studies.stage``: unknown until the next engine says it."""
    with op.batch_alter_table("studies") as batch:
        batch.add_column(sa.Column("stage", sa.Text(), nullable=True))
