# ruff: noqa: E501
"""Safe revisions for PostgreSQL, several that follow each other where a form needs them."""

DOWN = "\n\n\ndef downgrade() -> None:\n    "

SAFE: list[tuple[str, ...]] = [
    ("""with op.get_context().autocommit_block():
    op.execute("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON items (note)")""",),
    ("""with op.get_context().autocommit_block():
    op.execute("DROP INDEX CONCURRENTLY IF EXISTS i")
    op.execute("CREATE INDEX CONCURRENTLY i ON items (note)")""",),
    ("""with op.get_context().autocommit_block():
    op.drop_index("ix_items_status", table_name="items", postgresql_concurrently=True, if_exists=True)""",),
    ("""op.create_table(
    "drafts",
    sa.Column("id", sa.BigInteger(), primary_key=True),
    sa.Column("item_id", sa.BigInteger(), sa.ForeignKey("items.id", name="f"), nullable=False),
    sa.Column("extra", sa.dialects.postgresql.JSONB()),
    sa.CheckConstraint("id > 0", name="positive"),
    sa.UniqueConstraint("item_id", name="u"),
)
op.create_index("i", "drafts", ["item_id"])""",),
    ("""def upgrade() -> None:
    op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True))""" + DOWN + """op.drop_table("drafts")""",),
    ("""def upgrade() -> None:
    op.add_column("items", sa.Column("c", sa.Integer(), nullable=False, server_default="0"))""" + DOWN + """op.drop_column("items", "c")""",),
    ("""op.add_column("items", sa.Column("seen", sa.DateTime(), server_default=sa.func.now(), nullable=False))""",),
    ("""op.add_column("items", sa.Column("token", sa.Uuid()))""",
     """op.alter_column("items", "token", server_default=sa.text("gen_random_uuid()"))"""),
    ("""op.execute("ALTER TABLE items ADD CONSTRAINT c CHECK (quantity > 0) NOT VALID")""",
     """op.execute("ALTER TABLE items VALIDATE CONSTRAINT c")"""),
    ("""op.execute("ALTER TABLE items ADD CONSTRAINT f FOREIGN KEY (owner_id) REFERENCES owners (id) NOT VALID")""",
     """op.execute("ALTER TABLE items VALIDATE CONSTRAINT f")"""),
    ("""op.execute("ALTER TABLE items ADD CONSTRAINT n CHECK (note IS NOT NULL) NOT VALID")""",
     """op.execute("ALTER TABLE items VALIDATE CONSTRAINT n")
op.alter_column("items", "note", nullable=False)""",
     """op.execute("ALTER TABLE items DROP CONSTRAINT n")"""),
    ("""op.alter_column("items", "note", type_=sa.String(80))""",),
    ("""op.execute("ALTER TABLE items ALTER COLUMN note TYPE text")""",),
    ("""op.execute("ALTER TABLE moods ADD COLUMN n numeric(10, 2)")""",
     """op.execute("ALTER TABLE moods ALTER COLUMN n TYPE numeric(12, 2)")"""),
    ("""with op.get_context().autocommit_block():
    op.execute("ALTER TYPE mood ADD VALUE IF NOT EXISTS 'calm'")""",),
    ("""def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("ALTER TYPE mood ADD VALUE IF NOT EXISTS 'calm'")""" + DOWN + "pass",),
    ("""with op.get_context().autocommit_block():
    op.execute("CREATE UNIQUE INDEX CONCURRENTLY u ON items (note)")
op.execute("ALTER TABLE items ADD CONSTRAINT u UNIQUE USING INDEX u")""",),
    ("""op.execute("UPDATE items SET note = 'x' WHERE id = 1")""",),
    ("""items = sa.table("items", sa.column("id"), sa.column("note"))
op.execute(items.update().where(items.c.id.in_([1, 2])).values(note="x"))""",),
    ("""items = sa.table("owners", sa.column("id"), sa.column("name"))
op.bulk_insert(items, [{"id": 11, "name": "a"}, {"id": 12, "name": "b"}])""",),
    ("""connection = op.get_bind()
with op.get_context().autocommit_block():
    last = 0
    while True:
        ids = connection.execute(
            sa.text("SELECT id FROM items WHERE id > :last ORDER BY id LIMIT 1000"), {"last": last}
        ).scalars().all()
        if not ids:
            break
        connection.execute(
            sa.text("UPDATE items SET note = 'x' WHERE id BETWEEN :first AND :last"),
            {"first": ids[0], "last": ids[-1]},
        )
        last = ids[-1]""",),
    ("""op.execute("CREATE OR REPLACE VIEW cheap_items AS SELECT id FROM items WHERE price < 9")""",),
    ("""op.execute("COMMENT ON COLUMN items.note IS 'DROP TABLE items; UPDATE items SET x'")""",),
    ("""op.execute("INSERT INTO owners (id, name) VALUES (77, 'DELETE FROM items')")""",),
    ("""op.execute("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$")""",),
    ("""op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("n", sa.Text()))
op.execute("UPDATE drafts SET n = 'x'")
op.alter_column("drafts", "n", nullable=False)
op.create_index("i", "drafts", ["n"])""",),
    ("""op.alter_column("items", "note", server_default="none")""",),
    ("""op.create_table_comment("items", "things")""",),
    ("""op.execute("ALTER TABLE items SET (autovacuum_vacuum_scale_factor = 0.01)")""",),
    ("""op.execute("SET LOCAL lock_timeout = '2s'")
op.add_column("items", sa.Column("c", sa.Text()))""",),
    ("""if op.get_bind().execute(sa.text("SELECT count(*) FROM owners WHERE id = 1")).scalar():
    op.add_column("items", sa.Column("c", sa.Text()))""",),
    ("""op.execute("CREATE TYPE colour AS ENUM ('red')")
op.add_column("items", sa.Column("c", sa.dialects.postgresql.ENUM("red", name="colour", create_type=False)))""",),
    ("""# migrate: allow drop-column -- no code has read it since release 12
op.drop_column("items", "note")""",),
    ("""def upgrade() -> None:
    op.create_table("tmp_drafts", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("n", sa.Text()))
    op.rename_table("tmp_drafts", "drafts")
    op.drop_column("drafts", "n")""" + DOWN + """op.drop_table("drafts")""",),
    ("""def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS plpgsql")""" + DOWN + "pass",),
    ("""def upgrade() -> None:
    op.execute("CREATE TEMP TABLE wanted (id bigint) ON COMMIT DROP")
    op.execute("INSERT INTO wanted VALUES (1)")""" + DOWN + "pass",),
    ("""op.execute("INSERT INTO owners (id, name) SELECT 77, 'robot' WHERE NOT EXISTS (SELECT 1 FROM owners WHERE name = 'robot')")""",),
    ("""op.execute("CREATE INDEX ix_visits_day ON ONLY visits (day)")""",),
    ("""op.execute("DO $$ BEGIN ALTER TABLE items ADD COLUMN c int; EXCEPTION WHEN duplicate_column THEN NULL; END $$")""",),
    ("""op.execute("SELECT setval('numbers', (SELECT max(id) FROM items))")""",),
    ("""with op.get_context().autocommit_block():
    op.execute("CREATE UNIQUE INDEX CONCURRENTLY u ON items (note)")""",
     """def upgrade() -> None:
    op.execute("ALTER TABLE items ADD CONSTRAINT u UNIQUE USING INDEX u")""" + DOWN + """op.drop_constraint("u", "items", type_="unique")"""),
    ("""op.execute("ALTER TABLE items ADD CONSTRAINT n CHECK (note IS NOT NULL) NOT VALID")""",
     """with op.get_context().autocommit_block():
    op.execute("ALTER TABLE items VALIDATE CONSTRAINT n")""",
     """with op.get_context().autocommit_block():
    op.alter_column("items", "note", nullable=False)"""),
    ("""op.alter_column("items", "note", nullable=True)""",),
    ("""op.execute("UPDATE items SET note = v.note FROM (VALUES (1, 'a'), (2, 'b')) v (id, note) WHERE items.id = v.id")""",),
    ("""def upgrade() -> None:
    op.execute("DO $$ BEGIN EXECUTE format('ALTER TABLE %I ADD COLUMN c int', 'items'); END $$")""" + DOWN + """op.drop_column("items", "c")""",),
    ("""def upgrade() -> None:
    op.execute("DO $$ BEGIN EXECUTE 'CREATE TABLE ' || 'drafts (id bigint)'; END $$")""" + DOWN + """op.drop_table("drafts")""",),
    ("""with op.get_context().autocommit_block():
    op.execute('''DO $$ BEGIN LOOP
        UPDATE items SET note = '' WHERE id IN (SELECT id FROM items WHERE note IS NULL LIMIT 1000);
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP; END $$''')""",),
    ("""connection = op.get_bind()
with op.get_context().autocommit_block():
    while connection.execute(sa.text(
        "WITH gone AS (DELETE FROM tags WHERE id IN (SELECT id FROM tags WHERE item_id IS NULL LIMIT 1000) RETURNING id) "
        "INSERT INTO owners (id, name) SELECT id, 'tag' FROM gone ON CONFLICT DO NOTHING"
    )).rowcount:
        pass""",),
    ("""op.execute("SELECT setval('numbers', (SELECT coalesce(max(id), 1) FROM items))")""",),
    ("""op.create_table("z", sa.Column("id", sa.BigInteger(), primary_key=True))
op.execute("SELECT setval('z_id_seq', 10)")""",),
    ("""op.execute("CREATE SEQUENCE s")
op.execute("SELECT setval('s', 10)")""",),
    ("""op.execute("SET statement_timeout = 0")
op.execute("ALTER TABLE items VALIDATE CONSTRAINT ck_items_late")""",),
    ("""op.execute("CREATE OR REPLACE FUNCTION label(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)'")""",),
    ("""op.execute("CREATE OR REPLACE FUNCTION label(text, int) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1'")""",),
]  # fmt: skip
