#!/bin/sh
# shellcheck disable=SC2015 # the commands exit 0
# Heatflow: a rod that is heated at one end, computed by an explicit scheme. An example of a script that counts how it is used.
# Usage: heatflow.sh [CELLS] [STEPS] [RATIO]; exit code 3: the scheme is unstable because the ratio is too large.
cells=${1:-40} steps=${2:-400} ratio=${3:-0.4}

command -v usage >/dev/null && command usage start --script "$0" --app-version 1.4.0 --field cells="$cells" || :
# shellcheck disable=SC2154 # the trap itself sets code
trap 'code=$?; command -v usage >/dev/null && command usage end --exit-code "$code" || :' EXIT

awk -v cells="$cells" -v steps="$steps" -v ratio="$ratio" 'BEGIN {
  heat[0] = 100
  for (step = 1; step <= steps; step++) {
    for (cell = 1; cell < cells; cell++)
      next_heat[cell] = heat[cell] + ratio * (heat[cell - 1] - 2 * heat[cell] + heat[cell + 1])
    for (cell = 1; cell < cells; cell++) {
      heat[cell] = next_heat[cell]
      if (heat[cell] > 1000 || heat[cell] < -1000) exit 3
    }
  }
  for (cell = 0; cell < cells; cell += cells / 8) printf "%4d %7.3f\n", cell, heat[int(cell)]
}' || exit
command -v usage >/dev/null && command usage feature Solver.explicit --type Algorithm || :
command -v usage >/dev/null && command usage feature Export.csv || :
