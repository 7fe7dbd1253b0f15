"""How many examples a property is tried with: EXAMPLES in the environment, or else 50."""

import os

from hypothesis import settings

# A busy machine is no defect, so no example has a deadline.
settings.register_profile(
    "stratakit", max_examples=int(os.environ.get("EXAMPLES", "50")), deadline=None
)
settings.load_profile("stratakit")
