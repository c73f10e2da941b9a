"""``python -m graphspec``, and the console script."""

import gc
import sys

from graphspec.cli.main import run

# Objects made before garbage is searched for: a command makes few cycles, and ends soon.
_COLLECT_AFTER = 200_000


def main() -> None:
    """Run the command line and exit with its status."""
    gc.set_threshold(_COLLECT_AFTER, 50, 50)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
