"""A schema that has something of everything, and what hands do to it."""

SCHEMA = """
CREATE TABLE people (
    id integer NOT NULL AUTO_INCREMENT, name varchar(50) NOT NULL DEFAULT 'x' COMMENT 'full',
    age integer, code varchar(20), twice integer GENERATED ALWAYS AS (age * 2) STORED,
    mood enum('sad', 'happy'), noted timestamp NULL DEFAULT CURRENT_TIMESTAMP, born date,
    PRIMARY KEY (id), CONSTRAINT uq_people_code UNIQUE (code),
    CONSTRAINT ck_people_name CHECK (name <> '')
);
CREATE TABLE pets (
    id integer NOT NULL, owner integer, PRIMARY KEY (id),
    CONSTRAINT fk_pets_owner FOREIGN KEY (owner) REFERENCES people (id)
);
CREATE INDEX ix_people_age ON people (age, name);
CREATE VIEW adults AS SELECT id, name FROM people WHERE age > 17;
CREATE TRIGGER tr_people BEFORE UPDATE ON people FOR EACH ROW SET NEW.age = 1;
CREATE FUNCTION one() RETURNS integer DETERMINISTIC RETURN 1;
CREATE PROCEDURE work() SELECT 1;
CREATE EVENT often ON SCHEDULE EVERY 1 DAY DO SELECT 1;
CREATE SEQUENCE numbers;
CREATE TABLE counted (id integer DEFAULT (NEXT VALUE FOR numbers), PRIMARY KEY (id));
CREATE TABLE kept (id integer) WITH SYSTEM VERSIONING;
CREATE TABLE plain (id integer) ENGINE = Aria;
CREATE TABLE events (at date NOT NULL) PARTITION BY RANGE (year(at))
    (PARTITION p1 VALUES LESS THAN (2027))
"""

# What is done (and undone afterwards by making the schema again), and what has to be named.
DRIFTS = {
    "CREATE TABLE extra (id integer)": "table extra: extra",
    "DROP TABLE pets": "table pets: missing",
    "ALTER TABLE kept DROP SYSTEM VERSIONING": "table kept: system versioned",
    "ALTER TABLE events ENGINE = MyISAM": "table events: engine",
    "ALTER TABLE pets CONVERT TO CHARACTER SET ascii": "table pets: collation",
    "ALTER TABLE pets ROW_FORMAT = COMPRESSED": "table pets: options",
    "ALTER TABLE pets COMMENT 'else'": "table pets: comment",
    "ALTER TABLE people ADD extra integer": "column people.extra: extra",
    "ALTER TABLE people DROP born": "column people.born: missing",
    "ALTER TABLE people MODIFY born datetime": "column people.born: type",
    "ALTER TABLE people MODIFY id integer NOT NULL": "column people.id: extra",
    "ALTER TABLE people MODIFY name varchar(50) NOT NULL DEFAULT 'x'":
        "column people.name: comment",
    "ALTER TABLE people MODIFY name varchar(50) DEFAULT 'x' COMMENT 'full'":
        "column people.name: not null",
    "ALTER TABLE people ALTER name SET DEFAULT 'y'": "column people.name: default",
    "ALTER TABLE people MODIFY code varchar(20) CHARACTER SET ascii":
        "column people.code: collation",
    "ALTER TABLE people MODIFY mood enum('sad', 'happy', 'calm')": "column people.mood: type",
    "ALTER TABLE people MODIFY noted timestamp NULL DEFAULT CURRENT_TIMESTAMP"
    " ON UPDATE CURRENT_TIMESTAMP": "column people.noted: extra",
    "ALTER TABLE people DROP twice, ADD twice integer GENERATED ALWAYS AS (age * 3) STORED":
        "column people.twice: generated",
    "ALTER TABLE people DROP twice, ADD twice integer GENERATED ALWAYS AS (age * 2) VIRTUAL":
        "column people.twice: extra",
    "ALTER TABLE pets DROP PRIMARY KEY": "index pets.PRIMARY: missing",
    "ALTER TABLE people DROP INDEX uq_people_code": "index people.uq_people_code: missing",
    "ALTER TABLE people DROP CONSTRAINT ck_people_name":
        "check constraint people.ck_people_name: missing",
    "ALTER TABLE people DROP CONSTRAINT ck_people_name,"
    " ADD CONSTRAINT ck_people_name CHECK (name <> 'y')":
        "check constraint people.ck_people_name: definition",
    "ALTER TABLE pets DROP FOREIGN KEY fk_pets_owner": "foreign key pets.fk_pets_owner: missing",
    "ALTER TABLE pets DROP FOREIGN KEY fk_pets_owner, ADD CONSTRAINT fk_pets_new"
    " FOREIGN KEY (owner) REFERENCES people (id) ON DELETE CASCADE":
        "foreign key pets.fk_pets_new: extra",
    "DROP INDEX ix_people_age ON people": "index people.ix_people_age: missing",
    "ALTER TABLE people DROP INDEX ix_people_age, ADD UNIQUE INDEX ix_people_age (age, name)":
        "index people.ix_people_age: unique",
    "ALTER TABLE people DROP INDEX ix_people_age, ADD INDEX ix_people_age (name, age)":
        "index people.ix_people_age: columns",
    "ALTER TABLE people DROP INDEX ix_people_age, ADD INDEX ix_people_age (age, name(10))":
        "index people.ix_people_age: columns",
    "ALTER TABLE people ALTER INDEX ix_people_age IGNORED": "index people.ix_people_age: not used",
    "CREATE OR REPLACE VIEW adults AS SELECT id, name FROM people WHERE age > 20":
        "view adults: definition",
    "DROP VIEW adults": "view adults: missing",
    "DROP TRIGGER tr_people": "trigger people.tr_people: missing",
    "CREATE OR REPLACE TRIGGER tr_people BEFORE UPDATE ON people FOR EACH ROW SET NEW.age = 2":
        "trigger people.tr_people: definition",
    "DROP FUNCTION one": "function one: missing",
    "CREATE OR REPLACE FUNCTION one() RETURNS integer DETERMINISTIC RETURN 2":
        "function one: definition",
    "DROP PROCEDURE work": "procedure work: missing",
    "DROP EVENT often": "event often: missing",
    "ALTER SEQUENCE numbers INCREMENT 5": "sequence numbers: increment",
    "ALTER TABLE events ADD PARTITION (PARTITION p2 VALUES LESS THAN (2028))":
        "partition events.p2: extra",
}  # fmt: skip
