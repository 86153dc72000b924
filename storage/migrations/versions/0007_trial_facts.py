"""What queries and rules read of a trial's attributes becomes columns. Frozen: never changed once released."""

# pyright: basic

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add ``trials.model_sha256`` and ``trials.same_as``, and move what ``user_attrs`` has of them."""
    with op.batch_alter_table("trials") as batch:
        batch.add_column(sa.Column("model_sha256", sa.Text(), nullable=True))
        batch.add_column(sa.Column("same_as", sa.Integer(), nullable=True))
    # What is no JSON stays as it is: whoever reads that trial says so.
    op.execute(
        """
        UPDATE trials SET
            model_sha256 = json_extract(user_attrs, '$.model_sha256'),
            same_as = json_extract(user_attrs, '$.same_as'),
            user_attrs = json_remove(user_attrs, '$.model_sha256', '$.same_as')
        WHERE json_valid(user_attrs)
            AND (user_attrs LIKE '%"model_sha256"%' OR user_attrs LIKE '%"same_as"%')
        """
    )
