# --- For zsh alone -----------------------------------------------------------------------------

# A UUID of version 7, which sorts by time; its random part is the kernel's.
_usage_new_id() {
  _usage_random_id || return 1
  [ -n "$_usage_microseconds" ] || return 0
  printf -v _usage_word '%012x' "${_usage_microseconds%???}"
  printf -v _usage_rest '%03x' "$((1${_usage_microseconds#?????????????} % 1000 * 4096 / 1000))"
  _usage_rest=7$_usage_rest-${_usage_id#???????????????????}
  _usage_id=${_usage_word%????}-${_usage_word#????????}-$_usage_rest
}

# Has the run end with the script, by its exit code or its signal. By the EXIT trap and by the
# exit hook of zsh: `set -e` does not run the hook, and an EXIT trap of the script, which a
# function does not see, replaces ours when this function returns. Sets a trap for each signal
# that the script has not trapped. Its options are those of this function alone.
usage_trap() {
  setopt localoptions posixtraps nolocaltraps aliases noxtrace noallexport
  @FRESH@
  _usage_has_run || {
    [ -z "$_usage_wrong" ] || _usage_tell || :
    [ -z "$_usage_failed" ] || return 2
    return 0
  }
  _usage_read_traps 2>/dev/null || return 0
  [ -n "$_usage_has_exit" ] || trap '_usage_exit "$?" || :' EXIT
  _usage_add_hook
  _usage_trap_signals HUP INT ALRM TERM XCPU USR1 USR2
} >/dev/null

# Whether this is zsh. Its variable alone may come from the environment.
_usage_is_right_shell() { [ -n "${ZSH_VERSION-}" ] && type zmodload; }

# Reads which traps are set. The list cannot be run, because it also contains functions such as
# TRAPUSR1: a trap is known by the end of its line, a function by its first line.
_usage_read_traps() {
  [ -n "${_usage_directory-}" ] && _usage_has_room || return 1
  _usage_list=$_usage_directory/.traps.$_usage_run
  trap >"$_usage_list" || return 1
  _usage_read_file "$_usage_list" 10000 || return 1
  command rm -f "$_usage_list"
  _usage_has_exit=
  _usage_trapped_signals=' '
  for _usage_word in EXIT HUP INT ALRM TERM XCPU USR1 USR2; do
    case $_usage_newline$_usage_text in
      *"' $_usage_word$_usage_newline"* | *"${_usage_newline}TRAP$_usage_word () {"*) ;;
      *) continue ;;
    esac
    if [ "$_usage_word" = EXIT ]; then
      _usage_has_exit=yes
    else
      _usage_trapped_signals=$_usage_trapped_signals$_usage_word' '
    fi
  done
}

# Adds the exit hook, unless it is there.
_usage_add_hook() {
  for _usage_word in "${zshexit_functions[@]-}"; do
    [ "$_usage_word" != _usage_at_exit ] || return 0
  done
  # In quotes, because other shells do not parse it.
  eval 'zshexit_functions+=(_usage_at_exit)'
}

_usage_at_exit() { usage_end "$?" || :; }

# Whether IFS can be set.
_usage_can_set_ifs() {
  # The type of a parameter is known to zsh alone.
  eval 'case ${(t)IFS} in *readonly*) return 1 ;; esac'
}
