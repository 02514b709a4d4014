"""`python -m index`: the same as `assist-index`."""

import sys

from index.cli import main

sys.exit(main())
