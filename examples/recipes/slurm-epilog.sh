#!/bin/sh
# A SLURM TaskEpilog (slurm.conf: TaskEpilog=/etc/slurm/slurm-epilog.sh): ends the run that the prolog has started. SLURM tells
# no exit code here, so it stays unknown. It waits two seconds at most: the node may be gone right after.
[ -n "${USAGE_PROJECT_FILE-}" ] && [ -n "${USAGE_RUN_ID-}" ] || exit 0
command usage end --run "$USAGE_RUN_ID" --wait 2 >/dev/null 2>&1 || :
exit 0
