"""Alembic's entry: runs the migrations in the transaction of the connection that the backend hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
