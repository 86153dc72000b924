"""Looks at holdouts are kept for the rows, over all studies. Frozen: never changed once released."""

# pyright: basic

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add ``looks`` and ``studies.holdout_digest``; the engine notes what older versions looked at when it needs it."""
    with op.batch_alter_table("studies") as batch:
        batch.add_column(sa.Column("holdout_digest", sa.Text(), nullable=True))
    op.create_table(
        "looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rows_digest", sa.Text(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name="fk_looks_study", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_looks_rows", "looks", ["rows_digest"])
