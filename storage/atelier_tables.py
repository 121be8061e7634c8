"""The tables of ateliers: contracts, orders as rows to count, channels to open, absences, groupements to look for by."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Date, ForeignKey, Index, Integer, String, Table

from storage.tables import Utc, metadata

contracts = Table(
    "contracts", metadata,
    Column("code", String(60), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("data", JSON, nullable=False),
    Column("at", Utc, nullable=False),
    Column("by", String, nullable=False),
)  # fmt: skip
commandes = Table(
    "commandes", metadata,
    Column("ref", ForeignKey("dossiers.ref"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("contract", String(60), nullable=False, index=True),
    Column("cents", BigInteger, nullable=False),
    Column("received", Date, nullable=False),
)  # fmt: skip
groupements = Table(
    "dossier_groupements", metadata,
    Column("ref", ForeignKey("dossiers.ref"), primary_key=True),
    Column("groupement", String(130), nullable=False, index=True),  # « grp:CONTRACT/GROUPEMENT », asked or designated
)  # fmt: skip
absences = Table(
    "absences", metadata,
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("first", Date, primary_key=True),
    Column("last", Date, nullable=False),
    Column("substitute", String, nullable=False),  # a person's id, or nothing
    Index(None, "last"),
)  # fmt: skip
atelier_places = Table(
    "atelier_places", metadata,
    Column("ref", ForeignKey("dossiers.ref"), primary_key=True),
    Column("platform", String(40), primary_key=True),
    Column("name", String, nullable=False),
    Column("place", String),  # None until the platform has opened it
    Column("wanted", JSON, nullable=False),
    Column("done", JSON, nullable=False),
    Column("settled", Integer, nullable=False),  # 1 when everybody wanted is there
    Column("attempts", Integer, nullable=False),
    Column("not_before", Utc),
    Column("reason", String, nullable=False),
    Index(None, "platform", "place"),
    Index(None, "settled"),
)  # fmt: skip
