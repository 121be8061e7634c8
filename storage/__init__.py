"""The memory: one unit of work, dossiers, journal, outbox, deadlines, people, files. Only this room knows SQLAlchemy."""
