"""Which rows need which artifacts is a table of its own. Frozen: never changed once released."""

# pyright: basic

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_PLACES = (
    ("dataset", "table", "datasets", "id", "table_sha256"),
    ("dataset", "pixels", "datasets", "id", "json_extract(schema, '$.images.sha256')"),
    ("study", "split", "studies", "id", "split_sha256"),
    ("study", "final_model", "studies", "id", "json_extract(result, '$.model_sha256')"),
    ("study", "repeats", "studies", "id", "json_extract(result, '$.repeats.sha256')"),
    ("study", "repeat_splits", "studies", "id", "json_extract(result, '$.repeats.splits_sha256')"),
    ("trial", "model", "trials", "id", "model_sha256"),
    ("trial", "out_of_fold", "out_of_fold", "trial_id", "artifact_sha256"),
    ("variant", "file", "variants", "id", "artifact_sha256"),
    ("variant", "model", "variants", "id", "json_extract(measures, '$.model_sha256')"),
)


def upgrade() -> None:
    """Add ``artifact_refs``, with what the rows name already."""
    op.create_table(
        "artifact_refs",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "owner_id", "role", "sha256"),
    )
    op.create_index("ix_artifact_refs_sha256", "artifact_refs", ["sha256"])
    for owner, role, table, key, digest in _PLACES:
        op.execute(
            f"INSERT INTO artifact_refs (owner, owner_id, role, sha256) "  # noqa: S608 - names from above
            f"SELECT '{owner}', {key}, '{role}', {digest} FROM {table} WHERE coalesce({digest}, '') <> ''"
        )
