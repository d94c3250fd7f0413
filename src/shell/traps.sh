# Reads which traps are set. The list is shell text: an alias turns its commands into calls of _usage_saw.
_usage_read_traps() {
  _usage_seen=
  _usage_trapped=' '
  [ -n "${_usage_directory-}" ] || return 1
  _usage_list=$_usage_directory/.traps.$_usage_run
  # In braces: a redirection that fails at a special builtin itself would end the script.
  { trap; } >"$_usage_list" || return 1
  _usage_read_file "$_usage_list" 10000 || return 1
  command rm -f "$_usage_list"
  alias trap=_usage_saw || return 1
  eval "$_usage_text"
  unalias trap
  # A shell without aliases has set its own traps once more, and nothing was seen.
  [ -z "$_usage_text" ] || [ "$_usage_trapped$_usage_seen" != ' ' ]
}
