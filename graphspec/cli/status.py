"""Exit statuses."""

OK = 0
FOUND = 1
USAGE = 2
FAULT = 3
INTERRUPTED = 130
