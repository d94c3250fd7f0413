zmodload zsh/datetime 2>/dev/null || :

# A version 7 UUID, which sorts by time; its random part is the kernel's.
_usage_new_id() {
  _usage_random_id || return 1
  [ -n "$_usage_microseconds" ] || return 0
  printf -v _usage_word '%012x' "${_usage_microseconds%???}"
  printf -v _usage_rest '%03x' "$((1${_usage_microseconds#?????????????} % 1000 * 4096 / 1000))"
  _usage_id=${_usage_word%????}-${_usage_word#????????}-7$_usage_rest-${_usage_id#???????????????????}
}

# Ends the run by the EXIT trap and by the hook of zsh: errexit does not run the hook, and an EXIT trap of the script, which
# a function does not see, takes the place of ours when this one returns. Signals that the script has not trapped end the
# run by their name. Sets no option but within itself.
usage_trap() {
  setopt localoptions posixtraps nolocaltraps aliases noxtrace
  [ -n "$_usage_run" ] || return 0
  _usage_read_traps 2>/dev/null || return 0
  [ -n "$_usage_has_exit" ] || trap '_usage_exit "$?" || :' EXIT
  _usage_add_hook
  _usage_trap_signals HUP INT TERM
}

# Reads which traps are set. The list has functions such as TRAPUSR1 as well, so that it cannot be run: a trap is known by
# the end of its line, a function by the line that begins it.
_usage_read_traps() {
  [ -n "${_usage_directory-}" ] || return 1
  _usage_list=$_usage_directory/.traps.$_usage_run
  trap >"$_usage_list" || return 1
  _usage_read_file "$_usage_list" 10000 || return 1
  command rm -f "$_usage_list"
  _usage_has_exit=
  _usage_trapped=' '
  for _usage_word in EXIT HUP INT TERM; do
    case $_usage_newline$_usage_text in
      *"' $_usage_word$_usage_newline"* | *"${_usage_newline}TRAP$_usage_word () {"*) ;;
      *) continue ;;
    esac
    if [ "$_usage_word" = EXIT ]; then _usage_has_exit=yes; else _usage_trapped=$_usage_trapped$_usage_word' '; fi
  done
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

# Whether IFS can be set.
_usage_reads() { case ${(t)IFS} in *readonly*) return 1 ;; esac; }
