"""Every table of the bot: the requests', the ateliers', the workspaces'. What Alembic, dumps and restorations go by."""

from __future__ import annotations

from storage import atelier_tables, tables, workspace_tables

ROOMS = (tables, atelier_tables, workspace_tables)
"""Where the tables are written."""
metadata = tables.metadata
