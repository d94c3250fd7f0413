# usage_start [VERSION]: a run starts. VERSION is the version of the program.
usage_start() {
  @QUIET@
  _usage_start "$@" 2>/dev/null || :
  case $_usage_outcome in
    ask) _usage_start_by_command || : ;;
    say*) _usage_show || : ;;
  esac
  [ -z "$_usage_trace" ] || set -x
}

# usage_feature NAME [TYPE]: a feature was used.
usage_feature() {
  @QUIET@
  _usage_feature "$@" 2>/dev/null || :
  case $_usage_outcome in
    ask) _usage_command feature --type "${2:-Feature}" -- "${1-}" || : ;;
    say*) _usage_show || : ;;
  esac
  [ -z "$_usage_trace" ] || set -x
}

# usage_end [CODE]: the run ends; without CODE, with the status of the command before.
usage_end() {
  _usage_status=$?
  @QUIET@
  _usage_finish "${1-$_usage_status}" '' || :
  [ -z "$_usage_trace" ] || set -x
}

_usage_finish() { # CODE SIGNAL
  _usage_outcome=
  if [ -n "$_usage_trusted" ] && [ -n "$_usage_run" ]; then
    _usage_command end --run "$_usage_run" --exit-code "$1" --signal "$2" || :
    _usage_close
    return 0
  fi
  _usage_end "$1" "${2:+\"$2\"}" 2>/dev/null || :
  case $_usage_outcome in
    ask) _usage_command end --exit-code "$1" --signal "$2" || : ;;
    say*) _usage_show || : ;;
  esac
}

_usage_start_by_command() {
  set -- --print-id --script "$_usage_script_path"
  [ -z "$_usage_app_version" ] || set -- "$@" --app-version "$_usage_app_version"
  _usage_trusted=$(_usage_command start "$@") || :
  if _usage_is_id "$_usage_trusted"; then _usage_open "$_usage_trusted"; else _usage_trusted=; fi
}

# The status is given on, for the script's own trap to read; in a condition, so that errexit ends nothing.
_usage_own_trap='if _usage_exit "$?"; then eval "$_usage_old_trap"; else eval "$_usage_old_trap"; fi'

# A trap that is ours already keeps the one that it has replaced; one into which the script has put ours stays.
# shellcheck disable=SC2064 # the text is wanted as it is now
_usage_set_traps() { # SIGNAL...
  case $_usage_seen in
    "$_usage_own_trap") trap "$_usage_own_trap" EXIT ;;
    *_usage_exit*) ;;
    *)
      _usage_old_trap=$_usage_seen
      trap "$_usage_own_trap" EXIT
      ;;
  esac
  _usage_trap_signals "$@"
}

_usage_trap_signals() { # SIGNAL...
  # shellcheck disable=SC2064 # the name is wanted as it is now
  for _usage_word in "$@"; do
    case $_usage_trapped in
      *" $_usage_word "*) ;;
      *) trap "_usage_signal $_usage_word" "$_usage_word" ;;
    esac
  done
}

# Ends the run, then dies of the signal as the script would have.
_usage_signal() {
  _usage_finish '' "SIG$1"
  IFS=' ' read -r _usage_word _usage_rest </proc/self/stat || _usage_word=$$
  trap - "$1"
  kill "-$1" "$_usage_word"
}

# Called in place of trap while its own list is read: keeps the EXIT trap and which signals have one. In its POSIX mode
# bash lists what has none as well, as a dash.
_usage_saw() {
  [ "$1" != -- ] || shift
  [ "$1" != - ] || return 0
  case $2 in
    EXIT) _usage_seen=$1 ;;
    *) _usage_trapped=$_usage_trapped${2#SIG}' ' ;;
  esac
}
