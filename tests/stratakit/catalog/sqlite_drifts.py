"""A schema that has something of everything, and other ways in which it might be."""

SCHEMA = """
CREATE TABLE people (
    id INTEGER NOT NULL,
    name VARCHAR(50) DEFAULT 'x' NOT NULL,
    age INTEGER,
    code TEXT,
    twice INTEGER GENERATED ALWAYS AS (age * 2) STORED,
    noted DATETIME DEFAULT (CURRENT_TIMESTAMP),
    CONSTRAINT pk_people PRIMARY KEY (id),
    CONSTRAINT uq_people_code UNIQUE (code),
    CONSTRAINT ck_people_name CHECK (name <> ''),
    CHECK (age > 0)
);
CREATE TABLE pets (
    id INTEGER PRIMARY KEY,
    owner INTEGER,
    CONSTRAINT fk_pets_owner FOREIGN KEY(owner) REFERENCES people (id)
);
CREATE INDEX ix_people_age ON people (age, name);
CREATE INDEX ix_people_lower ON people (lower(name));
CREATE UNIQUE INDEX ix_people_adult ON people (age) WHERE age > 17;
CREATE VIEW adults AS SELECT id, name FROM people WHERE age > 17;
CREATE TRIGGER tr_people AFTER UPDATE ON people BEGIN SELECT 1; END;
"""

# Text of the schema, what stands in its place, and which object the first difference has to name.
# ruff: noqa: E501
DRIFTS = [
    ("CREATE TABLE pets (", "CREATE TABLE animals (", "table animals: extra"),
    ("    code TEXT,", "    code TEXT, extra TEXT,", "column people.extra: extra"),
    ("VARCHAR(50)", "VARCHAR(60)", "column people.name: type"),
    ("DEFAULT 'x' NOT NULL", "DEFAULT 'x'", "column people.name: not null"),
    ("DEFAULT 'x'", "DEFAULT 'X'", "column people.name: default"),
    ("DEFAULT 'x' NOT NULL", "NOT NULL", "column people.name: default"),
    ("code TEXT", "code TEXT COLLATE NOCASE", "column people.code: collation"),
    ("age * 2", "age * 3", "column people.twice: expression"),
    ("STORED", "VIRTUAL", "column people.twice: generated"),
    ("(CURRENT_TIMESTAMP)", "(CURRENT_DATE)", "column people.noted: default"),
    ("CONSTRAINT pk_people PRIMARY KEY (id)", "CONSTRAINT pk PRIMARY KEY (id)", "primary key"),
    ("CONSTRAINT pk_people PRIMARY KEY (id),", "", "primary key people.pk_people: missing"),
    ("PRIMARY KEY (id)", "PRIMARY KEY (id, age)", "primary key people.pk_people: columns"),
    ("CONSTRAINT uq_people_code UNIQUE (code),", "", "unique constraint people.uq_people_code"),
    ("UNIQUE (code)", "UNIQUE (code, age)", "unique constraint people.uq_people_code: columns"),
    ("UNIQUE (code)", "UNIQUE (code) ON CONFLICT IGNORE", "unique constraint people.uq_people_code: on"),
    ("uq_people_code", "uq_else", "unique constraint people.uq_else: extra"),
    ("name <> ''", "name <> ' '", "check constraint people.ck_people_name: definition"),
    ("CONSTRAINT ck_people_name CHECK (name <> ''),", "", "check constraint people.ck_people_name"),
    ("CHECK (age > 0)", "CHECK (age > 1)", "check constraint people.unnamed 1: definition"),
    (",\n    CHECK (age > 0)", "", "check constraint people.unnamed 1: missing"),
    ("REFERENCES people (id)", "REFERENCES people (id) ON DELETE CASCADE", "foreign key pets.fk_pets_owner: on delete"),
    ("REFERENCES people (id)", "REFERENCES people (id) ON UPDATE CASCADE", "foreign key pets.fk_pets_owner: on update"),
    ("REFERENCES people (id)", "REFERENCES people (code)", "foreign key pets.fk_pets_owner: their"),
    ("REFERENCES people (id)", "REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED", "foreign key pets.fk_pets_owner: deferrable"),
    ("fk_pets_owner", "fk_else", "foreign key pets.fk_else: extra"),
    (",\n    CONSTRAINT fk_pets_owner FOREIGN KEY(owner) REFERENCES people (id)", "", "foreign key pets.fk_pets_owner: missing"),
    ("INTEGER PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT", "table pets: autoincrement"),
    ("(age, name);", "(name, age);", "index people.ix_people_age: columns"),
    ("(age, name);", "(age DESC, name);", "index people.ix_people_age: columns"),
    ("CREATE INDEX ix_people_age", "CREATE UNIQUE INDEX ix_people_age", "index people.ix_people_age: unique"),
    ("CREATE INDEX ix_people_age ON people (age, name);", "", "index people.ix_people_age: missing"),
    ("ix_people_age", "ix_else", "index people.ix_else: extra"),
    ("lower(name)", "upper(name)", "index people.ix_people_lower: columns"),
    ("ON people (age) WHERE age > 17", "ON people (age) WHERE age > 18", "index people.ix_people_adult: where"),
    ("ON people (age) WHERE age > 17", "ON people (age)", "index people.ix_people_adult: where"),
    ("(age) WHERE", "(age COLLATE NOCASE) WHERE", "index people.ix_people_adult: co"),
    ("FROM people WHERE age > 17", "FROM people WHERE age > 20", "view adults: definition"),
    ("CREATE VIEW adults", "CREATE VIEW extra", "view extra: extra"),
    ("SELECT 1; END", "SELECT 2; END", "trigger people.tr_people: definition"),
    ("AFTER UPDATE", "BEFORE UPDATE", "trigger people.tr_people: definition"),
    ("CREATE TRIGGER tr_people", "CREATE TRIGGER extra", "trigger people.extra: extra"),
    ("    CONSTRAINT fk_pets_owner FOREIGN KEY(owner) REFERENCES people (id)\n)", "    CONSTRAINT fk_pets_owner FOREIGN KEY(owner) REFERENCES people (id)\n) STRICT", "table pets: strict"),
    ("people (id)\n)", "people (id)\n) WITHOUT ROWID", "table pets: without rowid"),
]  # fmt: skip

# Other words for the same.
THE_SAME = [
    ("CREATE TABLE people (", "CREATE  TABLE \"people\"  ( -- everyone\n"),
    ("CHECK (age > 0)", "CHECK ((\"age\">0))"),
    ("VARCHAR(50) DEFAULT 'x' NOT NULL", "varchar(50) NOT NULL DEFAULT 'x'"),
    ("    name VARCHAR(50) DEFAULT 'x' NOT NULL,\n    age INTEGER,", "    age INTEGER,\n    name VARCHAR(50) DEFAULT 'x' NOT NULL,"),
    ("    owner INTEGER,\n    CONSTRAINT fk_pets_owner FOREIGN KEY(owner) REFERENCES people (id)", "    owner INTEGER CONSTRAINT fk_pets_owner REFERENCES people (id)"),
    ("lower(name)", "LOWER( [name] )"),
]  # fmt: skip
