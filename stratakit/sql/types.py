"""Comparison of column types by the values that they can hold."""

import re

WORDS = {
    "varchar": "character varying", "char": "character", "bpchar": "character", "int": "integer",
    "int4": "integer", "int8": "bigint", "int2": "smallint", "decimal": "numeric",
    "float8": "double precision", "float4": "real", "double": "double precision",
}  # fmt: skip
SIZES = {"smallint": 2, "integer": 4, "bigint": 8}
TEXTS = ("text", "character varying", "character", "longtext", "mediumtext")


def is_narrower(old: str, new: str) -> bool:
    """Return whether a type holds less than another.

    Args:
        old: as the database reports it, such as `character varying(200)`.
        new: as a statement writes it, such as `VARCHAR(20)`.
    """
    before, old_sizes = _parts(old)
    after, new_sizes = _parts(new)
    if before in TEXTS and after in TEXTS:
        if not new_sizes:
            return False
        return not old_sizes or new_sizes[0] < old_sizes[0]
    if before in SIZES and after in SIZES:
        return SIZES[after] < SIZES[before]
    if before == after == "numeric" and new_sizes:
        if not old_sizes:
            return True
        old_scale, new_scale = (
            sizes[1] if len(sizes) > 1 else 0 for sizes in (old_sizes, new_sizes)
        )
        return new_scale < old_scale or new_sizes[0] - new_scale < old_sizes[0] - old_scale
    if before in TEXTS and after in (*SIZES, "numeric", "date", "boolean"):
        return True
    lossy = {"timestamp with time zone": ("date", "time"), "timestamp": ("date",),
             "timestamp without time zone": ("date",), "datetime": ("date",),
             "double precision": ("real", *SIZES), "numeric": tuple(SIZES)}  # fmt: skip
    return after in lossy.get(before, ())


def is_wider(old: str, new: str) -> bool:
    """Return whether a type of the same kind (text, integer, decimal) holds all that another does.

    Args:
        old: as SQLAlchemy writes it, such as `VARCHAR(200)`.
        new: in the same form.
    """
    before, after = _parts(old)[0], _parts(new)[0]
    alike = any(before in kind and after in kind for kind in (TEXTS, SIZES, ("numeric",)))
    return alike and not is_narrower(old, new)


def _parts(text: str) -> tuple[str, list[int]]:
    name = re.sub(r"\(.*?\)", "", text.lower()).strip()
    name = re.split(r"\s+(?:comment|auto_increment|using|collate|unsigned)\b", name)[0].strip()
    sizes = [int(size) for size in re.findall(r"\d+", text.partition("(")[2].partition(")")[0])]
    return WORDS.get(name, name), sizes


VOLATILE = re.compile(
    r"\b(gen_random_uuid|uuid_generate_v\w+|uuidv[47]|random|clock_timestamp|timeofday|nextval"
    r"|gen_random_bytes)\s*\(",
    re.IGNORECASE,
)
