# Reads which traps are set, by way of a file, which is the only way without a process. The list
# is shell text: an alias turns its commands into calls of _usage_note_trap.
_usage_read_traps() {
  _usage_exit_trap=
  _usage_trapped_signals=' '
  [ -n "${_usage_directory-}" ] && _usage_has_room || return 1
  _usage_list=$_usage_directory/.traps.$_usage_run
  # In braces: if the redirection of a special builtin itself fails, the script ends.
  { trap; } >"$_usage_list" || return 1
  _usage_read_file "$_usage_list" 10000 || return 1
  command rm -f "$_usage_list"
  # bash has aliases in a script only where they are wanted.
  _usage_word=$(shopt -p expand_aliases 2>/dev/null)
  [ -z "$_usage_word" ] || shopt -s expand_aliases
  alias trap=_usage_note_trap || return 1
  eval "$_usage_text"
  unalias trap
  [ -z "$_usage_word" ] || eval "$_usage_word"
  # A shell without aliases has set its own traps once more, and noted nothing.
  [ -z "$_usage_text" ] || [ "$_usage_trapped_signals$_usage_exit_trap" != ' ' ]
}
