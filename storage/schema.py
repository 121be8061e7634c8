"""Every table of the bot: the requests' and the ateliers'. What Alembic, dumps and restorations go by."""

from __future__ import annotations

from storage import atelier_tables, tables

ROOMS = (tables, atelier_tables)
"""Where the tables are written."""
metadata = tables.metadata
