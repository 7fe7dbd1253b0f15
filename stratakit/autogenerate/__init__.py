"""Autogenerate: from a difference between the models and the database to revision files.

`options` are those of Alembic's comparison; `filters` and `comparators` belong to them. `pipeline`
then takes the operations that the comparison found through these stages, in this order:

1. `rewriters` complete each operation: the names and server defaults that Alembic leaves out.
2. `renames` finds what was dropped and added and may be a rename, and asks.
3. `hazards` attaches to an operation what a person has to review.
4. `rewriters` order the operations: cycles of foreign keys, and tables that reference each other.
5. `steps` splits the operations into revisions, each with its downgrade and its phase.
6. `describe` says in words what the revisions do.
7. `scripts` are what Alembic writes; `review_comments` are the hazards in them.

`render` and the modules of `stratakit.operations` turn types and operations into code.
"""
