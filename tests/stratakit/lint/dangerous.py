# ruff: noqa: E501
"""Dangerous revisions for PostgreSQL, each with the rule that has to find it."""

DANGEROUS: list[tuple[str, str]] = [
    ("index-without-concurrently", """op.execute("create index i on items (note)")"""),
    ("index-without-concurrently", """op.execute('CREATE UNIQUE INDEX "I" ON public."items" USING btree (note)')"""),
    ("index-without-concurrently", """sa.Index("i", sa.table("items", sa.column("note")).c.note)
op.get_bind().exec_driver_sql("CREATE INDEX i ON items (lower(note))")"""),
    ("index-without-concurrently", """with op.batch_alter_table("items") as batch_op:
    batch_op.create_index("i", ["note"])"""),
    ("index-without-concurrently", """op.execute("DO $$ BEGIN CREATE INDEX i ON items (note); END $$")"""),
    ("drop-index-without-concurrently", """op.execute("DROP INDEX IF EXISTS ix_items_status")"""),
    ("concurrently-in-transaction", """op.execute("CREATE INDEX CONCURRENTLY i ON items (note)")"""),
    ("concurrently-in-transaction", """op.drop_index("ix_items_status", "items", postgresql_concurrently=True)"""),
    ("concurrently-not-alone", """op.execute("ALTER TABLE items ADD COLUMN c int")
with op.get_context().autocommit_block():
    op.execute("CREATE INDEX CONCURRENTLY i ON items (c)")"""),
    ("concurrently-under-timeout", """op.execute("SET statement_timeout = '5min'")
with op.get_context().autocommit_block():
    op.execute("CREATE INDEX CONCURRENTLY i ON items (note)")"""),
    ("unique-constraint", """op.execute("ALTER TABLE items ADD CONSTRAINT u UNIQUE (note)")"""),
    ("unique-constraint", """op.add_column("items", sa.Column("code", sa.String(9), unique=True))"""),
    ("unique-constraint", """with op.batch_alter_table("items") as batch_op:
    batch_op.create_unique_constraint("u", ["note"])"""),
    ("primary-key", """op.execute("ALTER TABLE tags ADD PRIMARY KEY (id)")"""),
    ("foreign-key-validated", """op.add_column("items", sa.Column("other", sa.BigInteger(), sa.ForeignKey("owners.id", name="f")))"""),
    ("foreign-key-validated", """op.execute("ALTER TABLE items ADD CONSTRAINT f FOREIGN KEY (owner_id) REFERENCES owners (id)")"""),
    ("check-validated", """op.execute("ALTER TABLE items ADD CONSTRAINT c CHECK (quantity > 0)")"""),
    ("check-validated", """op.execute("ALTER TABLE items ADD COLUMN c int CHECK (c > 0)")"""),
    ("validated-in-one-transaction", """op.create_foreign_key("f", "items", "owners", ["owner_id"], ["id"], postgresql_not_valid=True)
op.execute("ALTER TABLE items VALIDATE CONSTRAINT f")"""),
    ("set-not-null", """op.execute("ALTER TABLE items ALTER COLUMN note SET NOT NULL")"""),
    ("set-not-null", """with op.batch_alter_table("items") as batch_op:
    batch_op.alter_column("note", existing_type=sa.String(50), nullable=False)"""),
    ("drop-not-null", """op.execute("ALTER TABLE items ALTER name DROP NOT NULL")"""),
    ("type-change", """op.execute("ALTER TABLE items ALTER COLUMN quantity TYPE bigint")"""),
    ("type-change", """op.execute("ALTER TABLE items ALTER COLUMN created TYPE timestamptz")"""),
    ("type-change", """op.alter_column("items", "quantity", type_=sa.Numeric(12, 3))"""),
    ("type-change", """op.alter_column("items", "price", type_=sa.Numeric(20, 2))"""),
    ("narrow-type", """op.alter_column("items", "note", type_=sa.String(10))"""),
    ("narrow-type", """op.execute("ALTER TABLE items ALTER COLUMN quantity TYPE smallint")"""),
    ("volatile-default", """op.execute("ALTER TABLE items ADD COLUMN r float8 DEFAULT random()")"""),
    ("volatile-default", """op.add_column("items", sa.Column("t", sa.DateTime(), server_default=sa.text("clock_timestamp()"), nullable=False))"""),
    ("serial-column", """op.execute("ALTER TABLE items ADD COLUMN n bigserial")"""),
    ("serial-column", """op.execute("ALTER TABLE items ADD COLUMN n bigint GENERATED ALWAYS AS IDENTITY")"""),
    ("generated-column", """op.execute("ALTER TABLE items ADD COLUMN g int GENERATED ALWAYS AS (quantity * 2) STORED")"""),
    ("vacuum-full", """with op.get_context().autocommit_block():
    op.execute("VACUUM (FULL, ANALYZE) items")"""),
    ("reindex", """op.execute("REINDEX TABLE items")"""),
    ("lock-table", """op.execute("LOCK items")"""),
    ("truncate", """op.execute("TRUNCATE TABLE owners, items CASCADE")"""),
    ("two-tables-locked", """op.execute("ALTER TABLE items ADD COLUMN c int; ALTER TABLE owners ADD COLUMN c int")"""),
    ("two-tables-locked", """op.alter_column("items", "note", server_default="x")
op.alter_column("owners", "name", server_default="x")"""),
    ("data-after-lock", """op.add_column("items", sa.Column("c", sa.Integer()))
items = sa.table("items", sa.column("id"), sa.column("c"))
op.execute(items.update().where(items.c.id == 1).values(c=5))"""),
    ("scan-under-lock", """op.execute("ALTER TABLE items ADD COLUMN c int")
op.execute("CREATE TABLE copy AS SELECT * FROM owners")"""),
    ("drop-foreign-key", """op.execute("ALTER TABLE tags DROP CONSTRAINT fk_tags_item")"""),
    ("enum-value-used", """op.execute("ALTER TYPE mood ADD VALUE 'calm'")
op.execute("ALTER TABLE moods ALTER COLUMN mood SET DEFAULT 'calm'")"""),
    ("enum-swap", """op.execute("CREATE TYPE mood2 AS ENUM ('happy')")
op.execute("ALTER TABLE moods ALTER COLUMN mood TYPE mood2 USING mood::text::mood2")"""),
    ("foreign-key-without-index", """op.add_column("items", sa.Column("other", sa.BigInteger()))
op.create_foreign_key("f", "items", "owners", ["other"], ["id"], postgresql_not_valid=True)"""),
    ("drop-column", """op.execute("ALTER TABLE items DROP COLUMN IF EXISTS note, DROP COLUMN quantity")"""),
    ("drop-column", """op.execute("DO $$ BEGIN IF EXISTS (SELECT 1) THEN ALTER TABLE items DROP COLUMN note; END IF; END $$")"""),
    ("drop-column", """with op.batch_alter_table("items") as batch_op:
    batch_op.drop_column("note")"""),
    ("drop-table", """op.execute("DROP TABLE tags CASCADE")"""),
    ("drop-view", """op.execute("DROP VIEW IF EXISTS cheap_items")"""),
    ("rename-column", """op.execute("ALTER TABLE items RENAME note TO remark")"""),
    ("rename-table", """op.execute("ALTER TABLE tags RENAME TO labels")"""),
    ("rename-table", """op.execute("ALTER TABLE tags SET SCHEMA archive")"""),
    ("not-null-without-default", """op.execute("ALTER TABLE items ADD c int NOT NULL")"""),
    ("drop-default", """op.execute("ALTER TABLE items ALTER COLUMN status DROP DEFAULT")"""),
    ("drop-constraint", """op.drop_constraint(op.f("ck_items_ck_items_price"), "items", type_="check")
"""),
    ("json-column", """op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("d", sa.JSON()))"""),
    ("integer-key", """op.execute("CREATE TABLE drafts (id serial PRIMARY KEY)")"""),
    ("integer-key", """op.create_table("drafts", sa.Column("id", sa.Integer()), sa.PrimaryKeyConstraint("id"))"""),
    ("whole-table-change", """op.execute("UPDATE items SET note = upper(note)")"""),
    ("whole-table-change", """items = sa.table("items", sa.column("note"))
op.get_bind().execute(items.update().where(items.c.note.is_(None)).values(note="x"))"""),
    ("whole-table-change", """op.execute("DELETE FROM items")"""),
    ("whole-table-change", """op.execute("UPDATE items SET status = 'x' WHERE status IS NULL")"""),
    ("trigger", """op.execute("ALTER TABLE items DISABLE TRIGGER ALL")"""),
    ("whole-table-change", """op.execute("UPDATE items SET note = owners.name FROM owners WHERE owners.id = items.owner_id")"""),
    ("whole-table-change", """connection = op.get_bind()
while connection.execute(sa.text("UPDATE items SET note = 'x' WHERE id IN (SELECT id FROM items WHERE note <> 'x' LIMIT 10)")).rowcount:
    pass"""),
    ("whole-table-change", """with op.get_context().autocommit_block():
    op.execute("UPDATE items SET note = 'x' WHERE note IS NULL")"""),
    ("row-by-row", """from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase):
    pass

class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str]

with Session(op.get_bind()) as session:
    for item in session.query(Item):
        item.note = "new"
    session.commit()"""),
    ("raw-commit", """connection = op.get_bind()
op.execute("ALTER TABLE items ADD COLUMN c int")
connection.commit()"""),
    ("raw-commit", """op.execute("ALTER TABLE items ADD COLUMN c int; COMMIT")"""),
    ("unstamped", """connection = op.get_bind()
op.execute("ALTER TABLE items ADD COLUMN c int")
connection.commit()"""),
    ("unnamed-constraint", """op.create_unique_constraint(None, "items", ["note"])"""),
    ("long-identifier", """op.add_column("items", sa.Column("c", sa.Integer()))
op.create_table("t", sa.Column("id", sa.BigInteger(), primary_key=True))
op.execute("CREATE INDEX " + "a" * 64 + " ON t (id)")"""),
    ("application-import", """import importlib
from app.models import Item"""),
    ("fails", """op.execute("ALTER TABLE nothing ADD COLUMN c int")"""),
    ("trigger", """op.execute("CREATE RULE r AS ON INSERT TO owners DO ALSO NOTHING")"""),
    ("storage-change", """op.execute("ALTER TABLE items SET ACCESS METHOD heap")"""),
    ("rename-enum-value", """op.execute("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'")"""),
    ("table-rewrite", """def upgrade() -> None:
    op.execute("ALTER TABLE items ALTER COLUMN note TYPE text")


def downgrade() -> None:
    op.execute("ALTER TABLE items ALTER COLUMN note TYPE varchar(50)")"""),
    ("missing-downgrade", """def upgrade() -> None:
    op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True))"""),
    ("set-not-null", """with op.get_context().autocommit_block():
    op.alter_column("items", "note", nullable=False)"""),
    ("whole-table-change", """op.execute("DO $$ BEGIN UPDATE items SET note = 'x' WHERE note IS NULL; END $$")"""),
    ("whole-table-change", """op.execute("ALTER TABLE owners ADD COLUMN c int; UPDATE items SET note = 'x' WHERE note IS NULL")"""),
    ("whole-table-change", """op.execute("CREATE FUNCTION fill() RETURNS void LANGUAGE sql AS $$ UPDATE items SET note = 'x' $$")
op.execute("SELECT fill()")"""),
    ("whole-table-copy", """op.create_table("notes", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("note", sa.Text()))
op.execute("INSERT INTO notes SELECT id, note FROM items WHERE note <> ''")"""),
    ("drop-column", """op.execute("DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP COLUMN %I', 'items', 'note'); END $$")"""),
    ("rename-column", """op.execute("DO $$ BEGIN EXECUTE format('ALTER TABLE %I RENAME note TO remark', 'items'); END $$")"""),
    ("drop-table", """op.execute("CREATE FUNCTION tidy() RETURNS void LANGUAGE sql AS $$ DROP TABLE tags $$")
op.execute("SELECT tidy()")"""),
    ("type-change", """op.execute("CREATE TYPE state AS ENUM ('new', 'old')")
op.execute("ALTER TABLE items ALTER COLUMN note TYPE state USING note::state")"""),
    ("row-by-row", """from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase):
    pass

class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str | None]

session = Session(op.get_bind())
for item in session.query(Item).filter(Item.note.is_(None)):
    item.note = ""
session.flush()"""),
    ("incomplete-downgrade", """def upgrade() -> None:
    op.create_table("doors", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("state", sa.Enum("open", "shut", name="door_state")))


def downgrade() -> None:
    op.drop_table("doors")"""),
    ("missing-downgrade", """def upgrade() -> None:
    op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True))


def downgrade() -> None:
    raise NotImplementedError"""),
    ("whole-table-change", """op.execute("UPDATE items SET note = 'x' WHERE id > 0")"""),
    ("rename-column", """op.execute("ALTER VIEW cheap_items RENAME COLUMN id TO item_id")"""),
    ("rename-schema", """op.execute("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$")
op.execute("ALTER FUNCTION one() RENAME TO uno")"""),
    ("drop-object", """op.execute("CREATE TYPE place AS (street text, town text)")
op.execute("ALTER TYPE place DROP ATTRIBUTE town")"""),
    ("sequence-values", """op.execute("ALTER SEQUENCE numbers AS integer")"""),
    ("column-generation", """op.execute("ALTER TABLE items ALTER COLUMN id DROP DEFAULT")
op.execute("ALTER TABLE items ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY")"""),
    ("two-tables-locked", """op.execute('''DO $$ DECLARE t text; BEGIN
    FOREACH t IN ARRAY ARRAY['items', 'owners'] LOOP EXECUTE format('ALTER TABLE %I ADD COLUMN c int', t); END LOOP;
END $$''')"""),
    ("scan-under-lock", """op.execute("DO $$ BEGIN EXECUTE 'CREATE INDEX ' || 'i ON items (note)'; END $$")"""),
    ("missing-downgrade", """def upgrade() -> None:
    op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True))


def downgrade() -> None:
    print("not undone")"""),
    ("integer-key", """op.create_table("kids", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("owner_id", sa.Integer(), sa.ForeignKey("owners.id", name="f"), index=True))"""),
    ("drop-view", """op.execute("CREATE VIEW named AS SELECT id, name FROM owners")
op.execute("DROP VIEW cheap_items")
op.execute("CREATE VIEW cheap_items AS SELECT name FROM items")"""),
    ("destructive-downgrade", """def upgrade() -> None:
    op.alter_column("items", "note", existing_type=sa.String(50), new_column_name="remark")


def downgrade() -> None:
    op.add_column("items", sa.Column("note", sa.String(50)))
    op.drop_column("items", "remark")"""),
    ("destructive-downgrade", """def upgrade() -> None:
    op.rename_table("tags", "labels")


def downgrade() -> None:
    op.create_table("tags", sa.Column("id", sa.BigInteger(), nullable=False))
    op.drop_table("labels")"""),
    ("sequence-values", """op.execute("SELECT setval('numbers', 1)")"""),
    ("sequence-values", """op.get_bind().execute(sa.select(sa.func.setval("numbers", 1)))"""),
    ("sequence-values", """op.execute("SELECT setval(pg_get_serial_sequence('tickets', 'id'), 1, false)")"""),
    ("sequence-values", """op.execute("DO $$ BEGIN PERFORM setval('numbers', 1); END $$")"""),
    ("timeout-off", """op.execute("SET LOCAL lock_timeout = '10min'")"""),
    ("timeout-off", """op.execute("SET SESSION lock_timeout TO DEFAULT")"""),
    ("timeout-off", """op.execute("RESET lock_timeout")"""),
    ("timeout-off", """op.execute("SELECT set_config('lock_timeout', '0', true)")"""),
    ("timeout-off", """op.execute("SET statement_timeout = 0")
op.add_column("items", sa.Column("c", sa.Text()))"""),
    ("timeout-off", """with op.get_context().autocommit_block():
    op.execute("SET lock_timeout = 0")
    op.execute("CREATE INDEX CONCURRENTLY i ON items (note)")
op.add_column("owners", sa.Column("c", sa.Text()))"""),
    ("replaced-function", """op.execute("ALTER FUNCTION label(text) STABLE")"""),
    ("replaced-function", """op.execute("CREATE OR REPLACE FUNCTION public.label(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END'")"""),
]  # fmt: skip
