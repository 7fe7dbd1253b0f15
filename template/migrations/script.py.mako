"""${message}

What: ${message}
Breaking changes: ${context.get("breaking_changes", {}).get(up_revision) or "none"}
Manual steps: none

Revision: ${up_revision}
Follows: ${down_revision | comma,n}
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
% if isinstance(down_revision, tuple) and not upgrades:
phase = "expand"
% endif

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
