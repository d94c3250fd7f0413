# --- The functions that a script calls ---------------------------------------------------------
# What they call stands in conditions, so that `set -e` in the script ends nothing.

# [VERSION]: a run starts, of that version of the program.
usage_start() {
  @QUIET@
  _usage_start "$@" 2>/dev/null || :
  case $_usage_outcome in
    ask) _usage_start_by_command || : ;;
    say) _usage_show_notice || : ;;
  esac
  [ -z "$_usage_why$_usage_wrong" ] || _usage_tell || :
  @LOUD@
} >/dev/null

# NAME [TYPE]: a feature was used.
usage_feature() {
  @QUIET@
  _usage_feature "$@" 2>/dev/null || :
  case $_usage_outcome in
    ask)
      set -- --type "${2:-Feature}" -- "${1-}"
      [ -z "$_usage_run" ] || set -- --run "$_usage_run" "$@"
      _usage_ask_command feature "$@" || _usage_failed=yes
      ;;
    say) _usage_show_notice || : ;;
  esac
  [ -z "$_usage_why$_usage_wrong" ] || _usage_tell || :
  @LOUD@
} >/dev/null

# [CODE]: the run ends; without CODE, with the status of the command before.
usage_end() { _usage_end_with "$?" "$@"; } >/dev/null

# STATUS [CODE]
_usage_end_with() {
  @QUIET@
  [ "$#" -le 2 ] || _usage_leave_out 'usage_end: must have one argument, the exit code'
  _usage_finish "${2-$1}" '' || :
  [ -z "$_usage_why$_usage_wrong" ] || _usage_tell || :
  @LOUD@
}

# CODE SIGNAL: the run ends, by these functions or by the command that started it.
_usage_finish() {
  _usage_outcome=
  if [ -n "$_usage_command_run" ] && [ -n "$_usage_run" ]; then
    _usage_ask_command end --run "$_usage_run" --exit-code "$1" --signal "$2" || _usage_failed=yes
    _usage_close_run
    return 0
  fi
  _usage_end "$1" "${2:+\"$2\"}" 2>/dev/null || :
  case $_usage_outcome in
    ask) _usage_ask_command end --exit-code "$1" --signal "$2" || _usage_failed=yes ;;
    say) _usage_show_notice || : ;;
  esac
}

# The command starts the run and prints its id.
_usage_start_by_command() {
  set -- --print-id --script "$_usage_script_path"
  [ -z "$_usage_app_version" ] || set -- "$@" --app-version "$_usage_app_version"
  _usage_find_program || {
    _usage_ask_command start
    return 0
  }
  _usage_why=
  _usage_command_run=$(_usage_ask_command start "$@") || _usage_failed=yes
  if _usage_is_id "$_usage_command_run"; then
    _usage_open_run "$_usage_command_run"
  else
    _usage_command_run=
  fi
}

# --- Traps -------------------------------------------------------------------------------------

# SIGNAL...: sets our traps. If our EXIT trap is set already, it keeps the trap that it replaced;
# a trap of the script that calls ours stays.
_usage_set_traps() {
  # shellcheck disable=SC2064 # the text as it is now
  case $_usage_exit_trap in
    "$_usage_our_trap") trap "$_usage_our_trap" EXIT ;;
    *_usage_exit*) ;;
    *)
      _usage_script_trap=$_usage_exit_trap
      trap "$_usage_our_trap" EXIT
      ;;
  esac
  _usage_trap_signals "$@"
}

# SIGNAL...: sets our trap for each signal for which the script has none.
_usage_trap_signals() {
  # shellcheck disable=SC2064 # the name as it is now
  for _usage_word in "$@"; do
    case $_usage_trapped_signals in
      *" $_usage_word "*) ;;
      *) trap "_usage_signal $_usage_word \"\$?\" \"\${BASH_COMMAND-}\"" "$_usage_word" ;;
    esac
  done
}

# CODE: the script exits.
_usage_exit() {
  usage_end "$1" || :
  return "$1"
}

# SIGNAL STATUS COMMAND: ends the run, then dies of the signal as the script would have.
_usage_signal() {
  [ "$1" != INT ] || ! _usage_goes_on "$2" "$3" || return 0
  _usage_finish '' "SIG$1" >/dev/null
  IFS=' ' read -r _usage_word _usage_rest </proc/self/stat || _usage_word=$$
  # The EXIT trap is again the script's own one: ksh and mksh exit with its status.
  # shellcheck disable=SC2064 # the text as it is now
  case ${_usage_script_trap-none} in
    none) ;;
    '') trap - EXIT ;;
    *) trap "$_usage_script_trap" EXIT ;;
  esac
  trap - "$1"
  kill "-$1" "$_usage_word"
}

# STATUS COMMAND: whether bash, without a trap, would go on after Ctrl-C: it does if it has waited
# for a program that did not die of it. The command is empty in other shells.
_usage_goes_on() {
  [ -n "$2" ] && [ "$1" != 130 ] || return 1
  case $2 in [\"\'\$./]*) return 0 ;; esac
  # shellcheck disable=SC3045 # only bash comes here
  [ "$(type -t "${2%%[!a-zA-Z0-9_.+-]*}")" = file ]
}

# [--] TEXT SIGNAL: called instead of `trap` while its own list is read. Keeps the EXIT trap and
# the names of the other signals. In POSIX mode, bash lists signals without a trap as a dash.
_usage_note_trap() {
  [ "$1" != -- ] || shift
  [ "$1" != - ] || return 0
  case $2 in
    EXIT) _usage_exit_trap=$1 ;;
    *) _usage_trapped_signals=$_usage_trapped_signals${2#SIG}' ' ;;
  esac
}
