# --- For bash alone ----------------------------------------------------------------------------

# A UUID of version 7, which sorts by time, of the shell's own clock and random numbers.
_usage_new_id() {
  if [ -z "$_usage_microseconds" ] || [ -z "${SRANDOM-}" ]; then
    _usage_random_id
    return "$?"
  fi
  _usage_word=$SRANDOM
  _usage_rest=$SRANDOM
  printf -v _usage_hex '%012x' "${_usage_microseconds%???}"
  _usage_fraction=$((10#${_usage_microseconds: -3} * 4096 / 1000))
  _usage_variant=$((0x8000 | (_usage_word >> 16 & 0x3fff)))
  printf -v _usage_id '%s-%s-7%03x-%04x-%04x%08x' "${_usage_hex:0:8}" "${_usage_hex:8:4}" \
    "$_usage_fraction" "$_usage_variant" "$((_usage_word & 0xffff))" "$_usage_rest"
}

# Has the run end with the script, by its exit code or its signal. Sets our EXIT trap, which runs
# the script's own one after it, and a trap for each signal that the script has not trapped.
# SIGPIPE is one of them because bash, when it dies of it, runs an EXIT trap with a status of 0.
usage_trap() {
  @QUIET@
  if _usage_has_run; then
    # A subshell lists the traps of its parent, which are not its own, until it changes one.
    [ "${BASHPID-$$}" = "$$" ] || trap - RTMAX || :
    _usage_exit_trap=
    _usage_trapped_signals=' '
    for _usage_word in EXIT HUP INT PIPE ALRM TERM XCPU USR1 USR2; do
      _usage_text=$(trap -p "$_usage_word")
      [ -z "$_usage_text" ] || eval "_usage_note_trap ${_usage_text#trap }"
    done
    _usage_set_traps HUP INT PIPE ALRM TERM XCPU USR1 USR2
  fi
  [ -z "$_usage_wrong" ] || _usage_tell || :
  @LOUD@
} >/dev/null

# Whether this is bash. Its variable alone may come from the environment.
_usage_is_right_shell() { [ -n "${BASH_VERSION-}" ] && type shopt; }

# Whether IFS can be set.
_usage_can_set_ifs() { local IFS; } 2>/dev/null
