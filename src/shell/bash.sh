# A version 7 UUID, which sorts by time, of the shell's own clock and random numbers.
_usage_new_id() {
  if [ -z "$_usage_microseconds" ] || [ -z "${SRANDOM-}" ]; then
    _usage_random_id
    return "$?"
  fi
  local hex
  _usage_left=$SRANDOM
  _usage_right=$SRANDOM
  printf -v hex '%012x' "${_usage_microseconds%???}"
  printf -v _usage_id '%s-%s-7%03x-%04x-%04x%08x' "${hex:0:8}" "${hex:8:4}" \
    "$((10#${_usage_microseconds: -3} * 4096 / 1000))" "$((0x8000 | (_usage_left >> 16 & 0x3fff)))" "$((_usage_left & 0xffff))" "$_usage_right"
}

# Ends the run by the EXIT trap, which runs the trap that was there before; signals that the script has not trapped end
# it by their name. SIGINT is left to bash, which waits to see whether a program that ran has died of it.
usage_trap() {
  @QUIET@
  if [ -n "$_usage_run" ]; then
    # A subshell lists the traps of its parent, which are not its own, until it has changed one.
    [ "${BASHPID-$$}" = "$$" ] || trap - RTMAX || :
    _usage_seen=
    _usage_trapped=' '
    for _usage_word in EXIT HUP TERM; do
      _usage_text=$(trap -p "$_usage_word")
      [ -z "$_usage_text" ] || eval "_usage_saw ${_usage_text#trap }"
    done
    _usage_set_traps HUP TERM
  fi
  [ -z "$_usage_trace" ] || set -x
}

_usage_exit() {
  if [ "$1" = 130 ]; then _usage_finish '' SIGINT; else usage_end "$1"; fi
  return "$1"
}

# Whether IFS can be set.
_usage_reads() { local IFS; } 2>/dev/null
