"""The first schema: directory, requests, journal, inbox, outbox, deadlines, conversations, files.

Revision: 0001, the first one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('access',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('platform', sa.String(length=40), nullable=False),
    sa.Column('account', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('wanted', sa.JSON(), nullable=False),
    sa.Column('asked', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted', sa.Boolean(), nullable=True),
    sa.Column('decided_by', sa.String(), nullable=True),
    sa.Column('decided', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access'))
    )
    with op.batch_alter_table('access', schema=None) as batch_op:
        batch_op.create_index('ix_access_undecided', ['platform', 'account'], unique=True, sqlite_where=sa.text('accepted IS NULL'), postgresql_where=sa.text('accepted IS NULL'))

    op.create_table('cards',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('platform', sa.String(length=40), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('post', sa.String(), nullable=False),
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('audience', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('key', 'platform', 'place', name=op.f('pk_cards'))
    )
    with op.batch_alter_table('cards', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cards_ref'), ['ref'], unique=False)

    op.create_table('conversations',
    sa.Column('platform', sa.String(length=40), nullable=False),
    sa.Column('account', sa.String(), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('platform', 'account', name=op.f('pk_conversations'))
    )
    op.create_table('counters',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('value', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_counters'))
    )
    op.create_table('deadlines',
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('rule', sa.String(length=40), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('started', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('explanation', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('ref', 'rule', 'generation', name=op.f('pk_deadlines'))
    )
    with op.batch_alter_table('deadlines', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_deadlines_state_due'), ['state', 'due'], unique=False)

    op.create_table('dossiers',
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('departement', sa.String(length=3), nullable=False),
    sa.Column('arrival', sa.Integer(), nullable=True),
    sa.Column('opened', sa.DateTime(timezone=True), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('ref', name=op.f('pk_dossiers')),
    sa.UniqueConstraint('arrival', name=op.f('uq_dossiers_arrival'))
    )
    with op.batch_alter_table('dossiers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_dossiers_departement_since'), ['departement', 'since'], unique=False)
        batch_op.create_index(batch_op.f('ix_dossiers_since_ref'), ['since', 'ref'], unique=False)
        batch_op.create_index(batch_op.f('ix_dossiers_state_arrival'), ['state', 'arrival'], unique=False)

    op.create_table('files',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('mime', sa.String(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_files'))
    )
    op.create_table('inbox',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_inbox'))
    )
    with op.batch_alter_table('inbox', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_inbox_at'), ['at'], unique=False)

    op.create_table('journal',
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('pseudonym', sa.String(length=64), nullable=False),
    sa.Column('behalf', sa.String(length=64), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('local', sa.String(length=40), nullable=False),
    sa.Column('from_state', sa.String(length=20), nullable=False),
    sa.Column('to_state', sa.String(length=20), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('message', sa.String(), nullable=False),
    sa.Column('mac', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('ref', 'seq', name=op.f('pk_journal'))
    )
    op.create_table('journal_heads',
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('mac', sa.String(length=64), nullable=False),
    sa.Column('seal', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('ref', name=op.f('pk_journal_heads'))
    )
    op.create_table('journal_texts',
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('salt', sa.String(length=64), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('ref', 'seq', name=op.f('pk_journal_texts'))
    )
    op.create_table('lanes',
    sa.Column('platform', sa.String(length=40), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('holder', sa.String(), nullable=False),
    sa.Column('lease', sa.Integer(), nullable=False),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('platform', 'place', name=op.f('pk_lanes'))
    )
    op.create_table('leases',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('holder', sa.String(), nullable=False),
    sa.Column('until', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_leases'))
    )
    op.create_table('outbox',
    sa.Column('seq', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('platform', sa.String(length=40), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('message', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('thread', sa.String(), nullable=False),
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('audience', sa.String(), nullable=False),
    sa.Column('lang', sa.String(length=5), nullable=False),
    sa.Column('written', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('doubt', sa.Boolean(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('post', sa.String(), nullable=True),
    sa.Column('reason', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_outbox')),
    sa.UniqueConstraint('id', name=op.f('uq_outbox_id')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_pending', ['platform', 'place', 'seq'], unique=False, sqlite_where=sa.text("state IN ('waiting', 'sending')"), postgresql_where=sa.text("state IN ('waiting', 'sending')"))
        batch_op.create_index('ix_outbox_card', ['key', 'platform', 'place'], unique=False, sqlite_where=sa.text("state IN ('waiting', 'sending')"), postgresql_where=sa.text("state IN ('waiting', 'sending')"))
        batch_op.create_index(batch_op.f('ix_outbox_state'), ['state'], unique=False)

    op.create_table('people',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('plain', sa.String(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people'))
    )
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_people_plain'), ['plain'], unique=False)

    op.create_table('pseudonyms',
    sa.Column('pseudonym', sa.String(length=64), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('pseudonym', name=op.f('pk_pseudonyms')),
    sa.UniqueConstraint('person', name=op.f('uq_pseudonyms_person'))
    )
    op.create_table('reminders',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('rule', sa.String(length=40), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('recipient', sa.String(), nullable=False),
    sa.Column('planned', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due', sa.DateTime(timezone=True), nullable=False),
    sa.Column('escalates', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminders')),
    sa.UniqueConstraint('ref', 'rule', 'generation', 'kind', 'ordinal', 'recipient', name='uq_reminders_once'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('reminders', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reminders_state_due'), ['state', 'due'], unique=False)

    op.create_table('threads',
    sa.Column('seq', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('platform', sa.String(length=40), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('post', sa.String(), nullable=False),
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('audience', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_threads')),
    sa.UniqueConstraint('key', 'platform', 'place', name='uq_threads_once')
    )
    with op.batch_alter_table('threads', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_threads_platform_place_post'), ['platform', 'place', 'post'], unique=False)

    op.create_table('accounts',
    sa.Column('platform', sa.String(length=40), nullable=False),
    sa.Column('account', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_accounts_person')),
    sa.PrimaryKeyConstraint('platform', 'account', name=op.f('pk_accounts'))
    )
    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_accounts_person'), ['person'], unique=False)

    op.create_table('dossier_members',
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['ref'], ['dossiers.ref'], name=op.f('fk_dossier_members_ref')),
    sa.PrimaryKeyConstraint('ref', 'person', 'role', name=op.f('pk_dossier_members'))
    )
    with op.batch_alter_table('dossier_members', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_dossier_members_person'), ['person'], unique=False)

    op.create_table('dossier_territories',
    sa.Column('ref', sa.String(length=20), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['ref'], ['dossiers.ref'], name=op.f('fk_dossier_territories_ref')),
    sa.PrimaryKeyConstraint('ref', 'code', name=op.f('pk_dossier_territories'))
    )
    with op.batch_alter_table('dossier_territories', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_dossier_territories_code'), ['code'], unique=False)

    op.create_table('holdings',
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('scope', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_holdings_person')),
    sa.PrimaryKeyConstraint('person', 'role', 'scope', name=op.f('pk_holdings'))
    )
    with op.batch_alter_table('holdings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_holdings_role_scope'), ['role', 'scope'], unique=False)
    _append_only()


def _append_only() -> None:
    """The journal only grows: the database itself refuses to change, delete, empty or replace a line."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal "
            "FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER journal_no_{verb.lower()} BEFORE {verb} ON journal "
            "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        )
    # INSERT OR REPLACE deletes without calling the trigger of deletions
    op.execute(
        "CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal "
        "WHEN EXISTS (SELECT 1 FROM journal WHERE ref = NEW.ref AND seq = NEW.seq) "
        "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER journal_append_only ON journal")
        op.execute("DROP FUNCTION journal_append_only()")
    with op.batch_alter_table('holdings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_holdings_role_scope'))

    op.drop_table('holdings')
    with op.batch_alter_table('dossier_territories', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_dossier_territories_code'))

    op.drop_table('dossier_territories')
    with op.batch_alter_table('dossier_members', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_dossier_members_person'))

    op.drop_table('dossier_members')
    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_accounts_person'))

    op.drop_table('accounts')
    with op.batch_alter_table('threads', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_threads_platform_place_post'))

    op.drop_table('threads')
    with op.batch_alter_table('reminders', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reminders_state_due'))

    op.drop_table('reminders')
    op.drop_table('pseudonyms')
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_people_plain'))

    op.drop_table('people')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outbox_state'))
        batch_op.drop_index('ix_outbox_pending', sqlite_where=sa.text("state IN ('waiting', 'sending')"), postgresql_where=sa.text("state IN ('waiting', 'sending')"))
        batch_op.drop_index('ix_outbox_card', sqlite_where=sa.text("state IN ('waiting', 'sending')"), postgresql_where=sa.text("state IN ('waiting', 'sending')"))

    op.drop_table('outbox')
    op.drop_table('leases')
    op.drop_table('lanes')
    op.drop_table('journal_texts')
    op.drop_table('journal_heads')
    op.drop_table('journal')
    with op.batch_alter_table('inbox', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_inbox_at'))

    op.drop_table('inbox')
    op.drop_table('files')
    with op.batch_alter_table('dossiers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_dossiers_state_arrival'))
        batch_op.drop_index(batch_op.f('ix_dossiers_since_ref'))
        batch_op.drop_index(batch_op.f('ix_dossiers_departement_since'))

    op.drop_table('dossiers')
    with op.batch_alter_table('deadlines', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_deadlines_state_due'))

    op.drop_table('deadlines')
    op.drop_table('counters')
    op.drop_table('conversations')
    with op.batch_alter_table('cards', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cards_ref'))

    op.drop_table('cards')
    with op.batch_alter_table('access', schema=None) as batch_op:
        batch_op.drop_index('ix_access_undecided', sqlite_where=sa.text('accepted IS NULL'), postgresql_where=sa.text('accepted IS NULL'))

    op.drop_table('access')
