"""The ateliers: contracts and their versions, orders, groupements, channels, absences.

Revision: 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contracts",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_contracts")),
    )
    op.create_table(
        "commandes",
        sa.Column("ref", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("contract", sa.String(length=60), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["ref"], ["dossiers.ref"], name=op.f("fk_commandes_ref")),
        sa.PrimaryKeyConstraint("ref", "number", name=op.f("pk_commandes")),
    )
    op.create_index(op.f("ix_commandes_contract"), "commandes", ["contract"])
    op.create_table(
        "dossier_groupements",
        sa.Column("ref", sa.String(length=20), nullable=False),
        sa.Column("groupement", sa.String(length=130), nullable=False),
        sa.ForeignKeyConstraint(["ref"], ["dossiers.ref"], name=op.f("fk_dossier_groupements_ref")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_dossier_groupements")),
    )
    op.create_index(op.f("ix_dossier_groupements_groupement"), "dossier_groupements", ["groupement"])
    op.create_table(
        "absences",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("substitute", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_absences_person")),
        sa.PrimaryKeyConstraint("person", "first", name=op.f("pk_absences")),
    )
    op.create_index(op.f("ix_absences_last"), "absences", ["last"])
    op.create_table(
        "atelier_places",
        sa.Column("ref", sa.String(length=20), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("done", sa.JSON(), nullable=False),
        sa.Column("settled", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ref"], ["dossiers.ref"], name=op.f("fk_atelier_places_ref")),
        sa.PrimaryKeyConstraint("ref", "platform", name=op.f("pk_atelier_places")),
    )
    op.create_index(op.f("ix_atelier_places_platform_place"), "atelier_places", ["platform", "place"])
    op.create_index(op.f("ix_atelier_places_settled"), "atelier_places", ["settled"])


def downgrade() -> None:
    for table in ("atelier_places", "absences", "dossier_groupements", "commandes", "contracts"):
        op.drop_table(table)
