#!/usr/bin/env bash
# A bash script: usage shell bash --project-file usage.project.json > usage.bash
set -euo pipefail
# shellcheck source=/dev/null
. "$(dirname "$0")/usage.bash"
usage_start 1.4.0
usage_trap

usage_feature Solver.explicit Algorithm
echo "computed"
exit 3
