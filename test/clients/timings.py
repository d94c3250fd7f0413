"""Reads durations, one case a line, and prints what the client makes of each."""
import sys

import usage_client as usage

for line in sys.stdin:
    timings = usage.Timings()
    for duration in line.split():
        timings.record(float(duration))
    print(usage._to_json(timings.describe()))
