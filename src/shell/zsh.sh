zmodload zsh/datetime 2>/dev/null || :

# A version 7 UUID, which sorts by time; its random part is the kernel's.
_usage_new_id() {
  _usage_random_id || return 1
  [ -n "$_usage_microseconds" ] || return 0
  printf -v _usage_word '%012x' "${_usage_microseconds%???}"
  printf -v _usage_rest '%03x' "$((1${_usage_microseconds#?????????????} % 1000 * 4096 / 1000))"
  _usage_id=${_usage_word%????}-${_usage_word#????????}-7$_usage_rest-${_usage_id#???????????????????}
}

# Ends the run by the EXIT trap, or where there is one by the hook of zsh, which errexit does not run; signals that the
# script has not trapped end it by their name. Sets no option but within itself.
usage_trap() {
  setopt localoptions posixtraps nolocaltraps aliases noxtrace
  [ -n "$_usage_run" ] || return 0
  _usage_read_traps 2>/dev/null || return 0
  case $_usage_seen in
    *_usage_exit*) ;;
    '') trap '_usage_exit "$?" || :' EXIT ;;
    *) _usage_add_hook ;;
  esac
  _usage_trap_signals HUP INT TERM
}

_usage_add_hook() {
  for _usage_word in "${zshexit_functions[@]-}"; do
    [ "$_usage_word" != _usage_at_exit ] || return 0
  done
  zshexit_functions+=(_usage_at_exit)
}

_usage_at_exit() { usage_end "$?"; }

_usage_exit() {
  usage_end "$1"
  return "$1"
}
