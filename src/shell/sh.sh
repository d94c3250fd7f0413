_usage_new_id() { _usage_random_id; }

# Ends the run by the EXIT trap, which runs the trap that was there before; signals that the script has not trapped end
# it by their name. A list of traps can be had without a process only by a file.
usage_trap() {
  @QUIET@
  if [ -n "$_usage_run" ] && _usage_read_traps 2>/dev/null; then _usage_set_traps HUP INT TERM; fi
  [ -z "$_usage_trace" ] || set -x
}

_usage_exit() {
  usage_end "$1"
  return "$1"
}

# Whether IFS can be set.
_usage_reads() { (IFS=' ') 2>/dev/null; }
