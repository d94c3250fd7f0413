#!/bin/sh
# A SLURM TaskProlog (slurm.conf: TaskProlog=/etc/slurm/slurm-prolog.sh): counts each job of a project that the site names.
# What it prints as `export NAME=VALUE` is set for the task: the job's own `usage feature` belongs to its run.
[ -n "${USAGE_PROJECT_FILE-}" ] || exit 0
run=$(command usage start --component slurm --print-id 2>/dev/null) || :
[ -z "$run" ] || echo "export USAGE_RUN_ID=$run"
exit 0
