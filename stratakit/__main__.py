"""`python -m stratakit`: the same as the command `stratakit`."""

import sys

from stratakit.cli.main import run

if __name__ == "__main__":
    sys.exit(run())
