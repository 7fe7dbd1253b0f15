"""Running revisions on scratch databases, and what is seen of them there."""
