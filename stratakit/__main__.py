"""`python -m strata`: the same as scripts/migrate.py, where that name is another file's."""

import sys

from stratakit.config import ROOT

if __name__ == "__main__":
    requirements.require(ROOT)

    from stratakit.cli import main

    sys.exit(main(sys.argv[1:]))
