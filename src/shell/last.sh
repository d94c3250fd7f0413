# --- When this file is sourced -----------------------------------------------------------------

# False: nothing can be recorded here, and _usage_refusal tells why, if that can be changed.
_usage_load() {
  _usage_refusal=
  _usage_blanks=' 	'
  _usage_blocked_text='a builtin is replaced by a function, or ulimit leaves too little'
  _usage_has_builtins && _usage_has_room || {
    [ "${USAGE_DEBUG-}" != 1 ] || _usage_refusal="usage: not recorded: $_usage_blocked_text"
    return 1
  }
  _usage_is_right_shell || {
    _usage_refusal='usage: this file is for @SHELL@. It records nothing here.'
    return 1
  }
  # A shell whose IFS is readonly ends the script when it tries to read a line.
  _usage_can_set_ifs || {
    [ "${USAGE_DEBUG-}" != 1 ] || _usage_refusal='usage: not recorded: IFS is readonly'
    return 1
  }
  _usage_newline='
'
  _usage_wide_letter=é
  # Our EXIT trap: the script's own one runs after it and reads the same `$?`.
  _usage_our_trap='if _usage_exit "$?"
then eval "$_usage_script_trap"
else eval "$_usage_script_trap"
fi'
  # A run that is open stays open if the same shell sources this file again.
  if [ "${_usage_loaded-}" != "$$ $_usage_folder" ]; then
    for _usage_word in \
      @STATE@; do
      eval "_usage_$_usage_word="
    done
  fi
  _usage_loaded="$$ $_usage_folder"
  _usage_script_path=
  _usage_started_as=@STARTED_AS@
  _usage_find_script
  [ -z "${ZSH_VERSION-}" ] || zmodload zsh/datetime || :
}

if ! { _usage_load; } >/dev/null 2>&1; then
  usage_start() { return 0; }
  usage_feature() { return 0; }
  usage_end() { return 0; }
  usage_trap() { return 0; }
  [ -z "$_usage_refusal" ] || (printf '%s\n' "$_usage_refusal" >&2 2>/dev/null) || :
fi
{
  case $_usage_all in yes*) set -a ;; esac
  case $_usage_all in *-T) set -T ;; esac
} >/dev/null 2>&1
