"""Expressions that give another value for each row."""

import re

VOLATILE = re.compile(
    r"\b(gen_random_uuid|uuid_generate_v\w+|uuidv[47]|random|clock_timestamp|timeofday|nextval"
    r"|gen_random_bytes)\s*\(",
    re.IGNORECASE,
)
