#!/usr/bin/env python3
"""A Python program: usage embed --lang python --project-file usage.project.json > usage_client.py"""

import sys

import usage_client


def main():
    usage_client.start(version="1.4.0", fields={"cells": 200})
    usage_client.feature("Solver.explicit", "Algorithm", seconds=0.2)
    print("computed")
    return 3


code = 1
try:
    code = main()
finally:
    usage_client.end(exit_code=code)
sys.exit(code)
