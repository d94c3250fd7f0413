# --- For dash, busybox and other POSIX shells --------------------------------------------------

_usage_new_id() { _usage_random_id; }

# Has the run end with the script, by its exit code or its signal. Sets our EXIT trap, which runs
# the script's own one after it, and a trap for each signal that the script has not trapped.
usage_trap() {
  @QUIET@
  if [ -n "$_usage_run" ] && _usage_read_traps 2>/dev/null; then
    _usage_set_traps HUP INT TERM
  fi
  [ -z "$_usage_trace" ] || set -x
}

# CODE: the script exits.
_usage_exit() {
  usage_end "$1"
  return "$1"
}

# Whether IFS can be set.
_usage_can_set_ifs() { (IFS=' ') 2>/dev/null; }
