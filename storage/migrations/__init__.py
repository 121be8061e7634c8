"""The steps from one schema to the next. Alembic runs them; nothing imports them."""
