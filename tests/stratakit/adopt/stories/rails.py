"""What Rails 8 leaves in a database: its migrations' own tables, and what scaffolds make."""

POSTGRESQL = """
CREATE TABLE schema_migrations (version character varying NOT NULL PRIMARY KEY);
CREATE TABLE ar_internal_metadata (
    key character varying NOT NULL PRIMARY KEY,
    value character varying,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);
CREATE TABLE users (
    id bigserial PRIMARY KEY,
    email character varying DEFAULT '' NOT NULL,
    settings jsonb DEFAULT '{}' NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);
CREATE UNIQUE INDEX index_users_on_email ON users USING btree (email);
CREATE TABLE posts (
    id bigserial PRIMARY KEY,
    title character varying,
    body text,
    user_id bigint NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL,
    CONSTRAINT fk_rails_5b5ddfd518 FOREIGN KEY (user_id) REFERENCES users (id)
);
CREATE INDEX index_posts_on_user_id ON posts USING btree (user_id);
INSERT INTO schema_migrations VALUES ('20240102030405'), ('20240203040506');
INSERT INTO ar_internal_metadata VALUES ('environment', 'production', now(), now());
"""
MYSQL = """
CREATE TABLE schema_migrations (version varchar(255) NOT NULL PRIMARY KEY);
CREATE TABLE ar_internal_metadata (
    `key` varchar(255) NOT NULL PRIMARY KEY, value varchar(255),
    created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL
);
CREATE TABLE users (
    id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    email varchar(255) DEFAULT '' NOT NULL,
    created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL,
    UNIQUE INDEX index_users_on_email (email)
);
CREATE TABLE posts (
    id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    title varchar(255), body text, user_id bigint NOT NULL,
    created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL,
    INDEX index_posts_on_user_id (user_id),
    CONSTRAINT fk_rails_5b5ddfd518 FOREIGN KEY (user_id) REFERENCES users (id)
);
INSERT INTO schema_migrations VALUES ('20240102030405'), ('20240203040506');
"""
SQLITE = """
CREATE TABLE "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
CREATE TABLE "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY, "value" varchar,
    "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE TABLE "users" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "email" varchar DEFAULT ''
    NOT NULL, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE UNIQUE INDEX "index_users_on_email" ON "users" ("email");
CREATE TABLE "posts" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "title" varchar,
    "body" text, "user_id" integer NOT NULL, "created_at" datetime(6) NOT NULL,
    "updated_at" datetime(6) NOT NULL, CONSTRAINT "fk_rails_5b5ddfd518"
    FOREIGN KEY ("user_id") REFERENCES "users" ("id"));
CREATE INDEX "index_posts_on_user_id" ON "posts" ("user_id");
INSERT INTO schema_migrations VALUES ('20240102030405'), ('20240203040506');
"""
