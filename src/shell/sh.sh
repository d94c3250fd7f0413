# --- For dash, busybox and other POSIX shells --------------------------------------------------

_usage_new_id() { _usage_random_id; }

# Has the run end with the script, by its exit code or its signal. Sets our EXIT trap, which runs
# the script's own one after it, and a trap for each signal that the script has not trapped.
usage_trap() {
  @QUIET@
  if _usage_has_run && _usage_read_traps 2>/dev/null; then
    _usage_set_traps HUP INT ALRM TERM XCPU USR1 USR2
    [ -z "${BASH_VERSION-}" ] || _usage_trap_signals PIPE
  fi
  [ -z "$_usage_wrong" ] || _usage_tell || :
  @LOUD@
} >/dev/null

# Whether this is not zsh. Its variable alone may come from the environment.
_usage_is_right_shell() { [ -z "${ZSH_VERSION-}" ] || ! type zmodload; }

# Whether IFS can be set.
_usage_can_set_ifs() { (IFS=' ') 2>/dev/null; }
