"""`python -m assist`: the same as `assist`."""

import sys

from assist.cli import main

sys.exit(main())
