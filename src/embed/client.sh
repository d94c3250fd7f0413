#!/bin/sh
# shellcheck shell=dash disable=SC1003,SC2015,SC2016,SC2086,SC3028,SC3044
# Counts the use of @PROJECT@.
# Made by `usage embed --lang sh`: make it again when the project file changes.
#
#   . "$(dirname "$0")/usage.sh"               this file beside your script, in bash, zsh, dash,
#                                              busybox and other POSIX shells
#   usage_start 1.4.0                          a run of this version of your program starts;
#                                              child processes find it in USAGE_RUN_ID
#   usage_feature Solver.explicit              a feature was used: NAME [TYPE]
#   trap 'usage_end "$?"' EXIT                 the run ends with the script; or call
#                                              usage_end [CODE [SIGNAL]] where it ends
#   trap 'trap - EXIT TERM; usage_end "" TERM; kill -TERM $$' TERM
#                                              the same for each signal that may end the script
#
# `sh usage.sh status` prints what is recorded, `preview` what would be sent; `optout` and `optin`
# decide. The functions write small files and return: they use no network, never fail, and
# print only one notice, once. With USAGE_DEBUG=1 they say what is not recorded, and with
# USAGE_STRICT=1 they return 2 for wrong calls. Files and rules are those of the program `usage`,
# which may work beside this file.
#
# Contents, each after a line of dashes:
#   the project           what this file is made of
#   folders and files     found and read without a process
#   JSON                  a small parser
#   consent               every rule can only say no
#   recording             one line, written straight to its name
#   start, feature, end   and the notice
#   starting a sender     in the background, by this file run as a program
#   time and pseudonyms   what only a sender and the preview need
#   reports               events that wait become the bytes that are sent
#   delivery              by curl or into a folder, one report after another
#   the program           status, preview, optout, optin, consent, send
# Values go from function to function in variables, because a substitution would start a process.
# _u_text, _u_word, _u_line, _u_rest, _u_head, _u_path and _u_name are free for any function.

# --- The project ---

@CONSTANTS@

# --- Folders and files ---

# OWN-NAME OWN-VALUE XDG-NAME XDG-VALUE BELOW-HOME ON-MACOS: one of the two folders, into _u_found;
# if there is none, the variable that is to blame into _u_lost. Only an absolute path in UTF-8 is a
# folder: with any other, a decision would not hold everywhere.
_u_find_folder() {
  [ ! -d /System/Library/CoreServices ] || set -- "$1" "$2" "$3" "$4" "Library/$6"
  case $2,$4,${HOME-} in
    /*) set -- "$1" "$2" ;;
    ,/*) set -- "$3" "$4/usage" ;;
    ,*,/*) set -- HOME "$HOME/$5/usage" ;;
    ,*) set -- HOME '' ;;
    *) set -- "$1" '' ;;
  esac
  _u_lost=
  _u_found=$2
  case $2 in
    /*[!\ -~]*) _u_is_utf8 "$2" || _u_lost=$1 ;;
    /*) ;;
    *) _u_lost=$1 ;;
  esac
  # Below a device there is nothing, and nothing can be created.
  [ -z "$_u_lost" ] || _u_found=/dev/null/usage
}

# TEXT: whether it is UTF-8, without the sign that programs show instead of what is none. Starts a
# process, once for each text.
_u_is_utf8() {
  case $_u_known_texts in *"$_u_newline$1$_u_newline"*) return 0 ;; esac
  printf '%s\n' "$1" | LC_ALL=C command awk '
    BEGIN {
      next1 = "[\200-\277]"
      text = "[\001-\177]|[\302-\337]" next1 "|\340[\240-\277]" next1
      text = text "|[\341-\354\356\357]" next1 next1 "|\355[\200-\237]" next1
      text = text "|\360[\220-\277]" next1 next1 "|[\361-\363]" next1 next1 next1
      text = "^(" text "|\364[\200-\217]" next1 next1 ")*$"
    }
    $0 !~ text || /\357\277\275/ { is_other = 1 }
    END { exit is_other }' || return 1
  _u_known_texts=$_u_known_texts$1$_u_newline
}

# Sets the paths of this project's files, and the variables because of which there are none.
_u_find_folders() {
  _u_find_folder USAGE_STATE_DIR "${USAGE_STATE_DIR-}" XDG_STATE_HOME "${XDG_STATE_HOME-}" \
    .local/state 'Application Support'
  _u_state=$_u_found
  _u_lost_state=$_u_lost
  _u_find_folder USAGE_CONFIG_DIR "${USAGE_CONFIG_DIR-}" XDG_CONFIG_HOME "${XDG_CONFIG_HOME-}" \
    .config Preferences
  _u_config=$_u_found
  _u_lost_config=$_u_lost
  _u_directory=$_u_state/$_u_folder
  _u_waiting=$_u_directory/buffer/new
  _u_sending=$_u_directory/buffer/sending
}

# PATH: the path itself or the nearest folder above it that exists, into _u_nearest.
_u_find_nearest() {
  _u_nearest=$1
  until [ -e "$_u_nearest" ] || [ -L "$_u_nearest" ]; do
    _u_nearest=${_u_nearest%/*}
    _u_nearest=${_u_nearest:-/}
  done
}

# PATH: 0 if anything is there, even a link to nothing; 1 if nothing is; 2 if it cannot be known.
_u_exists() {
  _u_find_nearest "$1"
  [ "$_u_nearest" != "$1" ] || return 0
  [ -d "$_u_nearest" ] && [ -x "$_u_nearest" ] || return 2
  return 1
}

# PATH: whether a file can be made there, in a folder of this user: a folder that root makes in
# the home of somebody else would lock its owner out.
_u_is_writable() {
  _u_find_nearest "$1"
  [ -d "$_u_nearest" ] && [ -r "$_u_nearest" ] || return 1
  [ -w "$_u_nearest" ] && [ -x "$_u_nearest" ] || return 1
  [ ! -O "$_u_nearest" ] || return 0
  [ "${#_u_nearest}" -lt "${#_u_state}" ] && [ ! -O / ]
}

# Whether this is zsh. Its variable alone may come from the environment.
_u_is_zsh() { [ -n "${ZSH_VERSION-}" ] && type zmodload >/dev/null 2>&1; }

# Whether the commands that these functions use are the shell's own. A script may have functions
# with such names.
_u_has_builtins() {
  # Most shells tell without a process.
  if typeset -f _u_has_builtins >/dev/null 2>&1; then
    for _u_word in \
      : '[' cd command eval exec export printf read return set shift umask unset; do
      ! typeset -f "$_u_word" >/dev/null 2>&1 || return 1
    done
    return 0
  fi
  case $(
    LC_ALL=C
    type : '[' cd command eval exec export printf read return set shift umask unset
  ) in
    *function*) return 1 ;;
  esac
}

# Whether this process may write files of 100 KB, and start processes. Where it may not, the kernel
# ends the process that writes, or the shell ends the script: nothing is recorded.
_u_has_room() {
  {
    read -r _u_line && read -r _u_line && read -r _u_limit && read -r _u_line &&
      read -r _u_line && read -r _u_line && read -r _u_line && read -r _u_most
  } </proc/self/limits || return 0
  # Without IFS, which may be readonly.
  _u_limit=${_u_limit#*size}
  _u_limit=${_u_limit#"${_u_limit%%[! ]*}"}
  case ${_u_limit%% *} in ??????*) ;; *) return 1 ;; esac
  _u_most=${_u_most#*processes}
  _u_most=${_u_most#"${_u_most%%[! ]*}"}
  _u_most=${_u_most%% *}
  case $_u_most in '' | *[!0-9]*) return 0 ;; esac
  # The processes of all users, then those of this one, if the machine has more than that.
  read -r _u_rest </proc/loadavg || return 0
  _u_rest=${_u_rest#*/}
  [ "$((${_u_rest%% *} + 16))" -gt "$_u_most" ] || return 0
  _u_limit=16
  for _u_word in /proc/[0-9]*; do
    [ ! -O "$_u_word" ] || _u_limit=$((_u_limit + 1))
  done
  [ "$_u_limit" -lt "$_u_most" ]
}

# FILE: reads it into _u_text. False: it is no file, cannot be read, has 10,000 lines or, where
# that is checked, 1 MB. The check starts a process, so a shell does it once in a run.
_u_read_file() {
  _u_text=
  _u_lines=0
  [ -f "$1" ] && [ -r "$1" ] || return 1
  [ -n "$_u_header" ] || [ -n "$(command find -H "$1" -size -2048)" ] || return 1
  while IFS= read -r _u_line || [ -n "$_u_line" ]; do
    _u_text=$_u_text$_u_line$_u_newline
    _u_lines=$((_u_lines + 1))
    [ "$_u_lines" -le 9999 ] || return 1
  done <"$1"
}

# FOLDER: makes it, for its owner alone.
_u_make_folder() { [ -d "$1" ] || (umask 077 && command mkdir -p "$1"); }

# PATH TEXT: writes one line, by one write, into a file that only its owner can read.
# False: it could not be written, and no file is left.
_u_write_file() {
  if {
    IFS= read -r _u_rest && IFS=$_u_blanks read -r _u_word _u_mask
  } </proc/self/status && [ "$_u_word" = Umask: ]; then
    umask 077
    if { printf '%s\n' "$2" >|"$1"; }; then
      umask "$_u_mask"
      return 0
    fi
    umask "$_u_mask"
  elif (umask 077 && printf '%s\n' "$2" >|"$1"); then
    return 0
  fi
  command rm -f "$1"
  return 1
}

# --- JSON ---

# FILE FUNCTION: calls the function for the values of an object. True also where there is no file;
# false where the file is not understood.
_u_read_object() {
  _u_exists "$1"
  [ "$?" != 1 ] || return 0
  _u_read_file "$1" && _u_parse_json "$_u_text" "$2" && [ "${_u_whole#'{'}" != "$_u_whole" ]
}

# TEXT FUNCTION: calls FUNCTION PATH VALUE for each value, with strings as they are written: with
# quotes and escapes. False: the text is no JSON, or is longer or deeper than is understood.
_u_parse_json() {
  [ "${#1}" -le 32768 ] || return 1
  _u_rest=$1
  _u_whole=
  _u_at=
  _u_nesting=-
  _u_expected=value
  _u_steps=0
  while [ "$_u_steps" -lt 2000 ] && [ "${#_u_nesting}" -le 32 ]; do
    _u_steps=$((_u_steps + 1))
    _u_rest=${_u_rest#"${_u_rest%%[!"$_u_blanks$_u_newline"]*}"}
    _u_whole=${_u_whole:-$_u_rest}
    # What is expected, within what (- { or [), and the text from here.
    case "$_u_expected ${_u_nesting%"${_u_nesting#?}"} $_u_rest" in
      'next - ') return 0 ;;
      'next { ,'*) _u_expected=key ;;
      'next [ ,'*)
        _u_at=${_u_at%/*}/$((${_u_at##*/} + 1))
        _u_expected=value
        ;;
      'next { }'* | 'first-key { }'* | 'next [ ]'* | 'first-value [ ]'*)
        _u_at=${_u_at%/*}
        _u_nesting=${_u_nesting#?}
        _u_expected=next
        ;;
      'key { "'* | 'first-key { "'*)
        _u_parse_string || return 1
        case $_u_word in *[/\\]*) return 1 ;; esac
        _u_word=${_u_word#?}
        _u_at=${_u_at%/*}/${_u_word%?}
        _u_expected='colon'
        continue
        ;;
      'colon { :'*) _u_expected=value ;;
      'value '?' {'* | 'first-value '?' {'*)
        $2 "$_u_at" '{'
        _u_nesting='{'$_u_nesting
        _u_at=$_u_at/
        _u_expected=first-key
        ;;
      'value '?' ['* | 'first-value '?' ['*)
        $2 "$_u_at" '['
        _u_nesting='['$_u_nesting
        _u_at=$_u_at/0
        _u_expected=first-value
        ;;
      'value '* | 'first-value '*)
        case $_u_rest in
          '"'*) _u_parse_string || return 1 ;;
          *) _u_parse_word || return 1 ;;
        esac
        $2 "$_u_at" "$_u_word"
        _u_expected=next
        continue
        ;;
      *) return 1 ;;
    esac
    _u_rest=${_u_rest#?}
  done
  return 1
}

# The string that _u_rest begins with goes to _u_word, with its quotes.
_u_parse_string() {
  _u_word='"'
  _u_rest=${_u_rest#?}
  while :; do
    _u_head=${_u_rest%%[\"\\]*}
    _u_rest=${_u_rest#"$_u_head"}
    _u_word=$_u_word$_u_head
    case $_u_rest in
      '"'*)
        _u_rest=${_u_rest#?}
        _u_word=$_u_word'"'
        break
        ;;
      \\?*)
        _u_head=${_u_rest#??}
        _u_word=$_u_word${_u_rest%"$_u_head"}
        _u_rest=$_u_head
        ;;
      *) return 1 ;;
    esac
  done
  case $_u_word in *[[:cntrl:]]*) return 1 ;; esac
}

# The number, true, false or null that _u_rest begins with goes to _u_word.
_u_parse_word() {
  _u_word=${_u_rest%%[],\}"$_u_blanks$_u_newline"]*}
  case $_u_word in
    true | false | null) ;;
    '' | *[!0-9eE.+-]* | *[!0-9] | 0[0-9]*) return 1 ;;
  esac
  _u_rest=${_u_rest#"$_u_word"}
}

# --- Consent: every rule can only say no; the first that does is the reason. In doubt: no. ---

# True: events are recorded, and _u_may_send tells whether they may be sent now.
# False: _u_reason is the rule that says no, _u_decided_by the file or variable.
_u_check_consent() {
  _u_has_given_notice=
  _u_readable=yes
  _u_may_send=
  _u_reason=allowed
  _u_decided_by=
  _u_find_folders
  _u_check_site || return 1
  ! _u_is_do_not_track "${DO_NOT_TRACK-}" || _u_refuse do-not-track DO_NOT_TRACK || return 1
  ! _u_is_opt_out "${USAGE_TRACKING-}" || _u_refuse usage-tracking USAGE_TRACKING || return 1
  ! _u_is_opt_out_by_own_variable ||
    _u_refuse project-variable "$_u_own_variable" || return 1
  _u_check_opt_out user-opt-out "$_u_config/optout" || return 1
  _u_check_opt_out project-opt-out "$_u_config/optout.d/$_u_project" || return 1
  _u_check_settings
  _u_surroundings
  [ "$_u_counts_ci" = yes ] || [ -z "$_u_ci" ] || _u_refuse ci "$_u_ci" || return 1
  case " ${USAGE_CONSENT-} " in
    *[,$_u_blanks$_u_newline]"$_u_project@$_u_version"[,$_u_blanks$_u_newline]*) _u_opt_in=job ;;
  esac
  [ "$_u_asks_first" = no ] || [ -n "$_u_opt_in" ] || _u_refuse not-opted-in || return 1
  [ -n "$_u_readable" ] || _u_refuse settings-unreadable "$_u_lost_config" || return 1
  _u_is_writable "$_u_waiting" && _u_is_writable "$_u_directory/runs" ||
    _u_refuse state-not-writable "$_u_lost_state" || return 1
  if [ "$_u_opt_in" = job ] || [ -n "$_u_has_given_notice$_u_is_ci" ] ||
    [ -e "$_u_directory/notice-$_u_version.open" ]; then
    _u_may_send=yes
  fi
}

# REASON [FILE-OR-VARIABLE]: false.
_u_refuse() {
  _u_reason=$1
  _u_decided_by=${2-}
  return 1
}

# The site policy: a file in off or off.d says no, and policy.json may.
_u_check_site() {
  _u_check_opt_out site-policy /etc/usage/off unknown || return 1
  _u_check_opt_out site-policy "/etc/usage/off.d/$_u_project" unknown || return 1
  _u_is_off=
  _u_is_listed=
  _u_seen=$_u_newline
  _u_read_object /etc/usage/policy.json _u_take_policy && _u_is_policy_whole &&
    [ -z "$_u_is_off" ] && [ "$_u_is_listed" != no ] ||
    _u_refuse site-policy /etc/usage/policy.json
}

# REASON PATH [unknown]: false if a file is there. If that cannot be known: false for `unknown`;
# else the settings count as unreadable.
_u_check_opt_out() {
  _u_exists "$2"
  case $?${3-} in
    0* | 2unknown) _u_refuse "$1" "$2" ;;
    2) _u_readable= ;;
  esac
}

# PATH VALUE: a value of policy.json. A key or a value that is not known, or a key that stands
# twice, is a no.
_u_take_policy() {
  case $_u_seen in *"$_u_newline$1="*) _u_is_off=yes ;; esac
  _u_seen=$_u_seen$1=${2%"${2#?}"}$_u_newline
  case $1,$2 in
    ',{' | '/projects,{' | '/tracking,"on"' | /tracking,true) ;;
    '/contact,"'* | '/policyUrl,"'* | '/$schema,"'*) ;;
    '/notice,"given"') _u_has_given_notice=yes ;;
    '/allow,[') _u_is_listed=${_u_is_listed:-no} ;;
    "/allow/"*",\"$_u_project\"") _u_is_listed=yes ;;
    /allow/*',"'*) _u_check_policy_id "$2" ;;
    /projects/*) _u_take_policy_of "${1#/projects/}" "$2" ;;
    # This client does not send to another place than the project's own.
    /inbox,* | /endpoint[,/]* | /writeKey,*) _u_is_off=yes ;;
    *) _u_is_off=yes ;;
  esac
}

# "PROJECT": has policy.json say no if this is no id of a project.
_u_check_policy_id() {
  _u_word=${1#\"}
  _u_word=${_u_word%\"}
  case $_u_word in '' | [!a-z]* | *[!0-9a-z-]*) _u_is_off=yes ;; esac
  [ "${#_u_word}" -le 40 ] || _u_is_off=yes
}

# PROJECT[/KEY] VALUE: a value that policy.json has for one project.
_u_take_policy_of() {
  _u_check_policy_id "${1%%/*}"
  case $1,$2 in
    */*/http,* | */inbox,* | */endpoint,* | */writeKey,*) _u_take_place "$1" "$2" ;;
    *',"on"' | *,true) ;;
    *'/tracking,{') _u_is_off=yes ;;
    *',{') ;;
    "$_u_project"[,/]*) _u_is_off=yes ;;
    *',"off"' | *,false) ;;
    *) _u_is_off=yes ;;
  esac
  case $1 in */*) [ "${1#*/}" = tracking ] || _u_check_place_key "${1#*/}" ;; esac
}

# KEY: has policy.json say no if a project has a key that is not known.
_u_check_place_key() {
  case $1 in inbox | endpoint | endpoint/http | writeKey) ;; *) _u_is_off=yes ;; esac
}

# PATH VALUE: a folder, an address or a key to which the site has the events of a project go.
# This client sends to no other place than the project's own: it records nothing there.
_u_take_place() {
  case $1 in "$_u_project"/*) _u_is_off=yes ;; esac
  case $1,$2 in
    *'/endpoint,{') ;;
    *[\\?#%]*) _u_is_off=yes ;;
    *'/inbox,"//'* | *'/inbox,"/"' | *'/inbox,"file:////'* | *'/inbox,"file:///"') _u_is_off=yes ;;
    *'/inbox,"/'* | *'/inbox,"file:///'*) ;;
    *'/writeKey,"'?*'"') ;;
    */endpoint,\"http* | */endpoint/http,\"http*)
      _u_word=${2#'"http://'}
      _u_word=${_u_word#'"https://'}
      _u_word=${_u_word%\"}
      case $_u_word in [!0-9A-Za-z]* | *[!0-9A-Za-z._~/:-]*) _u_is_off=yes ;; esac
      case ${_u_word%%/*} in *: | *:*[!0-9]*) _u_is_off=yes ;; esac
      ;;
    *) _u_is_off=yes ;;
  esac
}

# Whether each endpoint that policy.json has as an object has an address, and each write key an
# endpoint beside it.
_u_is_policy_whole() {
  _u_rest=$_u_seen
  while [ -n "$_u_rest" ]; do
    _u_line=${_u_rest%%"$_u_newline"*}
    _u_rest=${_u_rest#*"$_u_newline"}
    case $_u_line in
      */endpoint='{') _u_word=${_u_line%=*}/http= ;;
      */writeKey=*) _u_word=${_u_line%writeKey=*}endpoint= ;;
      *) continue ;;
    esac
    case $_u_seen in *"$_u_newline$_u_word"*) ;; *) return 1 ;; esac
  done
}

# Reads the person's settings and opt-in. What cannot be read empties _u_readable.
_u_check_settings() {
  _u_opt_in=
  _u_not_before=
  _u_find_nearest "$_u_config"
  [ -d "$_u_nearest" ] && _u_read_object "$_u_config/settings.json" : || _u_readable=
  _u_path=$_u_config/optin.d/$_u_project.json
  _u_exists "$_u_path"
  [ "$?" != 1 ] || return 0
  _u_read_object "$_u_path" _u_take_opt_in || _u_opt_in=
  case $_u_opt_in in
    \"[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*) ;;
    *)
      _u_opt_in=
      _u_readable=
      ;;
  esac
}

# PATH VALUE: a value of an opt-in.
_u_take_opt_in() {
  case $1 in
    /yesAt) _u_opt_in=$2 ;;
    /notBefore) _u_not_before=$2 ;;
  esac
}

# --- Recording: one line by one write straight to its name, without a process on Linux ---

_u_is_id() {
  case $1 in
    *[!0-9a-fA-F-]*) return 1 ;;
    ????????-????-????-????-????????????) ;;
    *) return 1 ;;
  esac
}

# An id of the kernel or, where the kernel makes none, of a program, into _u_id.
_u_make_id() {
  IFS= read -r _u_id </proc/sys/kernel/random/uuid || _u_id=$(command uuidgen) || return 1
  _u_is_id "$_u_id"
}

# REASON [ID]: counts one event that is not recorded or not sent.
_u_drop() {
  _u_lost=${2-}
  if [ -z "$_u_lost" ]; then
    _u_make_id || return 1
    _u_lost=$_u_id
  fi
  _u_make_folder "$_u_directory/drops" &&
    _u_write_file "$_u_directory/drops/$_u_lost.$1.json" \
      '{"reason":"'"$1"'","count":1,"time":null}'
}

# TEXT CHARACTERS: a JSON string into _u_text; null where the text is empty, longer, or would have
# to be escaped.
_u_quote() {
  _u_text=null
  case $1 in
    '' | *[[:cntrl:]]* | *[\"\\]*) ;;
    *) [ "${#1}" -gt "$2" ] || _u_text=\"$1\" ;;
  esac
}

# The clock that never jumps, in hundredths of a second, into _u_ticks; empty where there is none.
_u_read_uptime() {
  _u_ticks=
  IFS=' ' read -r _u_word _u_rest </proc/uptime || return 0
  case $_u_word in
    *[!0-9.]*) ;;
    ?*.??) _u_ticks=$((${_u_word%.*} * 100 + 1${_u_word#*.} - 100)) ;;
  esac
}

# VERSION: what every event of the run contains: its header, and what never leaves this machine.
_u_describe() {
  _u_system=$(command uname -srm)
  _u_describe_machine
  _u_version_text=null
  case $1 in
    *[!\ -~]*) ;;
    *) _u_quote "$1" 64 && _u_version_text=$_u_text ;;
  esac
  [ "$_u_version_text$1" != "null$1" ] || [ -z "$1" ] || _u_leave_out version "$1"
  _u_describe_system
  _u_header='"header":{"application":'$_u_application',"version":'$_u_version_text
  _u_header=$_u_header',"commit":null,"component":null,"os":'$_u_system
  _u_quote "$_u_ci" 64
  _u_header=$_u_header',"ci":'$_u_text
  _u_quote "$_u_agent" 32
  _u_header=$_u_header',"agent":'$_u_text
  _u_quote "$_u_scheduler" 64
  _u_header=$_u_header',"scheduler":'$_u_text'}'
}

# The `local` block of every event, up to the script's path, into _u_local.
_u_describe_machine() {
  _u_host=
  _u_boot=
  _u_machine=
  IFS= read -r _u_host </proc/sys/kernel/hostname || _u_host=$(command uname -n)
  IFS= read -r _u_boot </proc/sys/kernel/random/boot_id || :
  IFS= read -r _u_machine </var/lib/dbus/machine-id ||
    IFS= read -r _u_machine </etc/machine-id || :
  case $_u_machine in *[!0-9a-f]*) _u_machine= ;; esac
  [ "${#_u_machine}" = 32 ] || _u_machine=
  _u_quote "$_u_host" 255
  _u_local='"local":{"host":'$_u_text
  _u_quote "$_u_machine" 64
  _u_local=$_u_local',"machineId":'$_u_text
  _u_quote "$_u_boot" 64
  _u_local=$_u_local',"bootId":'$_u_text',"script":'
}

# Turns what `uname -srm` prints, such as `Linux 6.1.0-13-amd64 x86_64`, into JSON in _u_system.
_u_describe_system() {
  _u_arch=${_u_system##* }
  case $_u_arch in
    x86_64) _u_arch=x64 ;;
    aarch64) _u_arch=arm64 ;;
    i[3-6]86) _u_arch=ia32 ;;
  esac
  _u_rest=${_u_system#* }
  _u_head=${_u_rest#*.}
  _u_rest=${_u_rest%%.*}.${_u_head%%[!0-9]*}
  _u_system='{"name":"'${_u_system%% *}'","version":"'$_u_rest'","arch":"'$_u_arch
  _u_system=$_u_system'","readable":null}'
}

# [VERSION]: prepares what every event needs. False: nothing is recorded here. Until an event is
# written, _u_why tells why it is not.
_u_begin() {
  _u_why='a sender, another MPI rank, or a shell that may not write'
  [ -z "${USAGE_SENDER-}$_u_is_blocked" ] && _u_is_counted_rank && _u_has_room || return 1
  if _u_check_consent; then
    _u_why="cannot write $_u_waiting"
    _u_make_folder "$_u_waiting" || return 1
    [ -n "$_u_header" ] || _u_describe "${1-}"
    return 0
  fi
  _u_why=$_u_reason${_u_decided_by:+, decided by $_u_decided_by}
  ! _u_has_opted_out || _u_empty_buffer
  return 1
}

# After an opt-out nothing waits: counts the events and removes them, and the open runs.
_u_empty_buffer() {
  [ -d "$_u_directory" ] || return 0
  for _u_path in \
    "$_u_waiting"/*.json \
    "$_u_directory"/runs/*.json \
    "$_u_sending"/*/*.json; do
    [ -f "$_u_path" ] || continue
    _u_name=${_u_path##*/}
    case $_u_path in */buffer/*) _u_drop opted-out "${_u_name%.json}" || continue ;; esac
    command rm -f "$_u_path"
  done
}

# KEYS SCRIPT: writes an event: its own keys and the script's path, both as JSON. Now and then the
# quota is checked.
_u_record() {
  _u_make_id || return 1
  _u_line=$_u_by'"id":"'$_u_id'",'$1,$_u_header,$_u_local$2'}}'
  _u_write_file "$_u_waiting/$_u_id.json" "$_u_line" || return 1
  _u_why=
  case $_u_id in *00) (_u_keep_quota) || : ;; esac
}

# --- Start, feature and end, and the notice ---

# NAME VALUE: counts a value that an event is recorded without.
_u_leave_out() {
  _u_drop undeclared-field
  _u_mistake WRONG_USE "$1: left out, because it is invalid: $2"
}

# CODE TEXT: keeps what is wrong in the script that calls.
_u_mistake() { _u_wrong="${_u_wrong}usage: USAGE_$1: $2$_u_newline"; }

# [VERSION]
_u_start() {
  _u_header=
  _u_ended=
  _u_run=
  _u_is_blocked=
  _u_has_builtins && _u_has_room || _u_is_blocked=yes
  _u_begin "${1-}" || return 0
  [ "$#" -le 1 ] || _u_leave_out 'usage_start VERSION' "$*"
  _u_keep_project_file
  _u_find_script
  _u_make_id || return 0
  _u_new_run=$_u_id
  _u_keys='"type":"start","run":"'$_u_new_run'","time":null,"script":null,"repeat":0,"fields":{}'
  _u_quote "$_u_script" 700
  _u_record "$_u_keys" "$_u_text" || return 0
  _u_outer_run=${USAGE_RUN_ID-}
  _u_outer_scope=${USAGE_RUN_SCOPE-}
  _u_run=$_u_new_run
  # In two steps: under `set -k`, bash takes an assignment for the environment of `export`.
  USAGE_RUN_ID=$_u_new_run
  USAGE_RUN_SCOPE=$$:$_u_directory
  export USAGE_RUN_ID USAGE_RUN_SCOPE
  _u_read_uptime
  _u_start_ticks=$_u_ticks
  _u_after_event start
}

# Keeps the project file beside its events, as `usage` does.
_u_keep_project_file() {
  if _u_read_file "$_u_directory/project.json" && [ "$_u_text" = "$_u_document$_u_newline" ]; then
    return 0
  fi
  _u_write_file "$_u_directory/.project.json.sh" "$_u_document" &&
    command mv -f "$_u_directory/.project.json.sh" "$_u_directory/project.json"
}

# The path of the script that sources this file, into _u_script; empty if it is the shell itself.
_u_find_script() {
  _u_script=
  case $_u_started_as in
    -* | sh | bash | dash | zsh) ;;
    /*) _u_script=$_u_started_as ;;
    *) [ ! -f "$_u_started_as" ] || _u_script=$PWD/${_u_started_as#./} ;;
  esac
  _u_name_script
}

# NAME [TYPE]
_u_feature() {
  _u_begin || return 0
  [ "$#" -le 2 ] || _u_leave_out 'usage_feature NAME TYPE' "$*"
  if ! _u_is_feature "${2:-Feature}" "${1-}"; then
    _u_mistake UNDECLARED_FEATURE "must be a declared feature of type ${2:-Feature}, got \"${1-}\""
    _u_drop undeclared-feature
    _u_why=
    return 0
  fi
  _u_event_run=null
  _u_word=$_u_run
  # A run of a caller counts for the same project and state folder only.
  case $_u_word:${USAGE_RUN_SCOPE-} in :*:"$_u_directory") _u_word=${USAGE_RUN_ID-} ;; esac
  ! _u_is_id "$_u_word" || _u_event_run=\"$_u_word\"
  _u_keys='"type":"feature","run":'$_u_event_run',"time":null,'$_u_text
  _u_keys=$_u_keys',"durationSeconds":null,"count":1,"internal":false,"details":null'
  _u_record "$_u_keys" null || return 0
  _u_after_event feature
}

# [CODE [SIGNAL]]
_u_end() {
  [ -z "$_u_ended" ] && _u_begin || return 0
  [ -n "$_u_run" ] || _u_mistake UNPAIRED 'usage_end: must follow usage_start'
  _u_word=${1-$_u_last}
  _u_code=null
  case $_u_word in
    '') ;;
    *[!0-9]* | 0?* | ?????????*) _u_leave_out 'exit code' "$_u_word" ;;
    *) _u_code=$_u_word ;;
  esac
  _u_signal=null
  case ${2-} in
    '') ;;
    *[!A-Z0-9+-]* | ????????????????*) _u_leave_out signal "$2" ;;
    *) _u_signal=\"SIG${2#SIG}\" ;;
  esac
  _u_read_duration
  _u_event_run=${_u_run:+\"$_u_run\"}
  _u_keys='"type":"end","run":'${_u_event_run:-null}',"time":null,"durationSeconds":'$_u_seconds
  _u_keys=$_u_keys',"exitCode":'$_u_code',"signal":'$_u_signal',"fields":{}'
  _u_record "$_u_keys" null || return 0
  _u_close_run
  _u_after_event end
}

# Seconds since the start of this shell's run, or null, into _u_seconds.
_u_read_duration() {
  _u_seconds=null
  [ -n "$_u_run" ] && [ -n "$_u_start_ticks" ] || return 0
  _u_read_uptime
  [ "${_u_ticks:-0}" -ge "$_u_start_ticks" ] || return 0
  _u_ticks=$((_u_ticks - _u_start_ticks + 100))
  _u_seconds=$((_u_ticks / 100 - 1)).${_u_ticks#"${_u_ticks%??}"}
  case $_u_seconds in
    *.00) _u_seconds=${_u_seconds%.00} ;;
    *0) _u_seconds=${_u_seconds%0} ;;
  esac
}

# The run of this shell has ended: the two variables are again what they were before.
_u_close_run() {
  [ -n "$_u_run" ] || return 0
  _u_run=
  _u_ended=yes
  USAGE_RUN_ID=$_u_outer_run
  USAGE_RUN_SCOPE=$_u_outer_scope
  [ -n "$_u_outer_run" ] || unset USAGE_RUN_ID
  [ -n "$_u_outer_scope" ] || unset USAGE_RUN_SCOPE
}

# start, feature or end: decides whether the notice is shown, by _u_notice_due, and whether a
# start opens sending. Starts a sender if events may be sent and it is time.
_u_after_event() {
  _u_pending=$((_u_pending + 1))
  _u_marker=$_u_directory/notice-$_u_version
  if [ "$_u_opt_in" = job ] || [ -e "$_u_marker.open" ]; then
    :
  elif [ ! -e "$_u_marker" ]; then
    _u_notice_due=yes
  elif [ "$1$_u_has_shown_notice" = start ] && _u_was_shown_before; then
    (umask 077 && : >|"$_u_marker.open") && _u_may_send=yes
  fi
  [ -n "$_u_may_send" ] || return 0
  _u_read_uptime
  [ "$1" != feature ] || [ "$_u_pending" -ge "$_u_threshold" ] ||
    [ "${_u_ticks:-0}" -ge "$((_u_looked_at + _u_interval * 100))" ] || return 0
  _u_pending=0
  _u_looked_at=${_u_ticks:-0}
  _u_start_sender
}

# Whether the notice was shown a minute ago or earlier. A time that is more than a minute in the
# future is that of a wrong clock. A subshell, because comparing changes IFS.
_u_was_shown_before() {
  _u_shown_at=
  _u_read_object "$_u_marker" _u_take_shown_at && [ -n "$_u_shown_at" ] || return 1
  (_u_is_before "$_u_shown_at" "$(_u_format_time -59)") ||
    (_u_is_before "$(_u_format_time 60)" "$_u_shown_at")
}

# PATH VALUE: a value of the notice's marker.
_u_take_shown_at() { [ "$1" != /shownAt ] || _u_shown_at=$2; }

# Prints the notice to standard error, where somebody can see it, and keeps that it was shown.
_u_show_notice() {
  [ -n "$_u_notice_due" ] && [ -e /dev/fd/2 ] || return 0
  [ ! -c /dev/fd/2 ] || [ -t 2 ] || return 0
  _u_has_shown_notice=yes
  _u_mark_notice 2>/dev/null || return 0
  [ -z "$_u_is_ci" ] || _u_sent_later=$_u_sent_now
  {
    printf '%s\n  To see it: ' "$_u_notice_head$_u_sent_later"
    _u_print_command status
    printf '  To stop it: '
    _u_print_command optout
    printf '  or %s\n    %s\n' "$_u_notice_end" "$_u_config/optout.d/$_u_project"
  } >&2 || command rm -f "$_u_marker"
}

# WORD: prints how a person calls this file. Without its path, the words before it are missing.
_u_print_command() {
  _u_line=${_u_file:-usage.sh}
  case $_u_line in
    *[!A-Za-z0-9/._-]*)
      _u_rest=$_u_line\'
      _u_line=\'
      while [ -n "$_u_rest" ]; do
        _u_line=$_u_line${_u_rest%%\'*}\'\\\'\'
        _u_rest=${_u_rest#*\'}
      done
      _u_line=${_u_line%\\\'\'}
      ;;
  esac
  printf 'sh %s %s\n' "$_u_line" "$1"
}

# Makes the marker that the notice is shown now. False: another process has made it.
_u_mark_notice() {
  (
    umask 077
    set -C
    printf '{"shownAt":"%s","caller":null}\n' "$(_u_format_time 0)" >"$_u_marker"
  )
}

# Tells the author of a script of the call: mistakes with USAGE_STRICT=1, and with USAGE_DEBUG=1
# also why nothing is recorded. What repeats the last call is told once, and 100 calls at most.
_u_tell() {
  case ${USAGE_DEBUG-},${USAGE_STRICT-} in
    1,* | *,1) ;;
    *) return 0 ;;
  esac
  [ "${USAGE_STRICT-}" != 1 ] || _u_failed=$_u_wrong
  [ "${USAGE_DEBUG-}" != 1 ] || [ -z "$_u_why" ] ||
    _u_wrong="${_u_wrong}usage: not recorded: $_u_why$_u_newline"
  [ -n "$_u_wrong" ] && [ "$_u_wrong" != "$_u_told" ] && [ "$_u_tells" -lt 100 ] || return 0
  _u_told=$_u_wrong
  _u_tells=$((_u_tells + 1))
  printf %s "$_u_wrong" >&2
}

# STATUS FUNCTION ARGUMENT...: calls the function in conditions, so that `set -e` in the script ends
# nothing, then shows the notice if it is due. Keeps what it does out of `set -x`, and its variables
# out of `set -a`, and has zsh read it as sh. STATUS is that of the command before.
_u_call() {
  {
    ! _u_is_zsh || emulate -L sh
    case $- in
      *a*) set +a && _u_exports=yes ;;
      *) _u_exports= ;;
    esac
    case ${BASH_VERSION:+$-} in
      *T*) set +T && _u_inherits=yes ;;
      *) _u_inherits= ;;
    esac
    case $- in
      *x*) set +x && _u_trace=yes ;;
      *) _u_trace= ;;
    esac
  } 2>/dev/null
  _u_last=$1
  shift
  _u_notice_due=
  _u_why=
  _u_wrong=
  _u_failed=
  "$@" >/dev/null 2>&1 || :
  _u_show_notice || :
  _u_tell || :
  [ -z "$_u_exports" ] || set -a
  [ -z "$_u_inherits" ] || set -T
  case $_u_trace,$_u_failed in
    ,) ;;
    yes,) set -x ;;
    ,*) return 2 ;;
    *) set -x && return 2 ;;
  esac
}

# [VERSION]: a run starts.
usage_start() { _u_call 0 _u_start "$@"; } >/dev/null

# NAME [TYPE]: a feature was used.
usage_feature() { _u_call 0 _u_feature "$@"; } >/dev/null

# [CODE [SIGNAL]]: the run ends; without CODE, with the status of the command before.
usage_end() { _u_call "$?" _u_end "$@"; } >/dev/null

# --- Starting a sender: a process of its own, one at a time, for ten seconds at most ---

# Runs this file as a program in the background. It sends only what this client has written.
_u_start_sender() {
  [ -n "$_u_file" ] && [ ! -e "$_u_directory/forget.json" ] || return 0
  [ -n "$_u_inbox" ] || command -v curl >/dev/null || return 0
  (
    # bash alone can close what a script has open above descriptor 9.
    set -- sh
    ! command -v bash >/dev/null || set -- bash
    ! command -v setsid >/dev/null || set -- setsid "$@"
    command cd / || exit 0
    unset BASH_ENV ENV
    USAGE_STATE_DIR=$_u_state
    USAGE_CONFIG_DIR=$_u_config
    export USAGE_STATE_DIR USAGE_CONFIG_DIR
    exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
    command "$@" "$_u_file" send alone </dev/null >/dev/null 2>&1 &
  )
}

# In the sender: closes what the script has open above descriptor 9, such as the lock of
# `flock 20`. False: this shell cannot, and would hold it. What closes itself stays.
_u_close_descriptors() {
  for _u_path in /proc/self/fd/??*; do
    _u_word=${_u_path##*/}
    { read -r _u_rest && read -r _u_rest _u_flags; } <"/proc/self/fdinfo/$_u_word" || continue
    # O_CLOEXEC is 02000000.
    case $_u_flags in *[2367]??????) continue ;; esac
    if [ -n "${BASH_VERSION-}" ]; then
      eval "exec $_u_word>&-"
    else
      [ -c "$_u_path" ] || return 1
    fi
  done
}

# --- Time and pseudonyms ---

# SECONDS from now: prints that time, in UTC; by GNU's date or by that of a BSD.
_u_format_time() {
  _u_word=$(($(command date +%s) + $1))
  command date -u -d "@$_u_word" +%Y-%m-%dT%H:%M:%S.000Z 2>/dev/null ||
    command date -u -r "$_u_word" +%Y-%m-%dT%H:%M:%S.000Z 2>/dev/null
}

# TIME: its digits to the second, into _u_word. Changes IFS.
_u_keep_digits() {
  IFS='-T:.Z"'
  set -- ${1#\"}
  IFS=$_u_blanks$_u_newline
  _u_word=${1-}${2-}${3-}${4-}${5-}${6-}
}

# TIME TIME: whether the first is before the second. Changes IFS.
_u_is_before() {
  _u_keep_digits "$2"
  _u_rest=$_u_word
  _u_keep_digits "$1"
  [ "$_u_word" -lt "$_u_rest" ]
} 2>/dev/null

# SHA-256 of standard input, in hex and maybe more behind it.
_u_sha256() {
  command sha256sum 2>/dev/null ||
    command shasum -a 256 2>/dev/null ||
    command openssl dgst -sha256 -r
}

# HEX MASK COUNT: so many bytes, each XOR the mask, for `printf %b` into _u_text. Zeros follow
# where there is no more.
_u_to_octal() {
  _u_rest=$1
  _u_count_down=$3
  _u_text=
  while [ "$_u_count_down" -gt 0 ]; do
    _u_word=${_u_rest%"${_u_rest#??}"}
    _u_word=$((0x${_u_word:-0} ^ $2))
    _u_rest=${_u_rest#??}
    _u_text="$_u_text\\0$((_u_word / 64))$((_u_word / 8 % 8))$((_u_word % 8))"
    _u_count_down=$((_u_count_down - 1))
  done
}

# KEY-IN-HEX TEXT: the first half of SHA-256(HMAC-SHA-256(KEY, TEXT)), as JSON into _u_made.
_u_make_hash() {
  _u_to_octal "$1" 54 64 # the inner pad, 0x36
  _u_made=$({ printf %b "$_u_text" && printf %s "$2"; } | _u_sha256)
  _u_to_octal "$_u_made" 0 32
  _u_head=$_u_text
  _u_to_octal "$1" 92 64 # the outer pad, 0x5c
  _u_made=$(printf %b "$_u_text$_u_head" | _u_sha256)
  _u_to_octal "$_u_made" 0 32
  _u_made=$(printf %b "$_u_text" | _u_sha256)
  _u_made=\"$(printf %.32s "$_u_made")\"
}

# WHAT KEY-IN-HEX TEXT: a pseudonym into _u_made; null in CI, where the project wants none, and
# where there is nothing to make it of.
_u_make_pseudonym() {
  _u_made=null
  case " $_u_wanted_ids " in
    *" $1 "*)
      [ -z "$2" ] || [ -z "$3" ] || _u_make_hash "$2" "$_u_project|$1|$_u_period|$3"
      ;;
  esac
}

# --- Reports ---

# FOLDER: the events of this client there, oldest first, as TIME/NAME into _u_found, their number
# into _u_number. The time of an event is that of its file.
_u_list_events() {
  _u_found=
  _u_damaged=
  _u_number=0
  if command stat -c %y / >/dev/null 2>&1; then
    set -- "$1" -c '%y %n'
  else
    set -- "$1" -f '%Sm %N' -t '%Y-%m-%d %H:%M:%S.000 +0000'
  fi
  while IFS=' ' read -r _u_day _u_clock _u_rest _u_name; do
    _u_line=
    { IFS= read -r _u_line <"$1/$_u_name"; } 2>/dev/null || [ -n "$_u_line" ] || continue
    case $_u_line in
      '{"by":"usage-sh",'*'}}') ;;
      '{"by":"usage-sh"'*) _u_damaged="$_u_damaged $_u_name" && continue ;;
      *) continue ;;
    esac
    _u_clock=${_u_clock%"${_u_clock#????????????}"}
    _u_found="$_u_found ${_u_day}T${_u_clock}Z/$_u_name"
    _u_number=$((_u_number + 1))
  done <<END
$(_u_list_times "$@")
END
}

# FOLDER OPTION...: prints the times and names of the files of events there, sorted.
_u_list_times() {
  command cd "$1" || return 0
  shift
  command ls |
    command grep -E '^[0-9a-fA-F-]{36}[.]json$' |
    TZ=UTC0 command xargs stat "$@" 2>/dev/null |
    command sort
}

# Lists the events of this client that wait, and drops the oldest beyond 2,000, and those that
# were cut a minute ago or earlier.
_u_keep_quota() {
  IFS=$_u_blanks$_u_newline
  _u_list_events "$_u_waiting"
  for _u_name in $_u_damaged; do
    [ -n "$(command find "$_u_waiting/$_u_name" -mmin +1)" ] || continue
    _u_drop damaged "${_u_name%.json}" && command rm -f "$_u_waiting/$_u_name"
  done
  for _u_token in $_u_found; do
    [ "$_u_number" -gt 2000 ] || break
    _u_number=$((_u_number - 1))
    _u_name=${_u_token#*/}
    _u_drop quota "${_u_name%.json}" && command rm -f "$_u_waiting/$_u_name"
  done
}

# FOLDER FUNCTION: makes the reports of the events of this client there, each into _u_body, and
# calls the function for each until it is false. False also where no pseudonym can be made.
_u_make_reports() {
  _u_read_secret && [ -n "$(_u_sha256 </dev/null 2>/dev/null)" ] || return 1
  _u_oldest=$(_u_format_time -2592000)
  _u_made=$(command stat -c %Y "$_u_state/secret" 2>/dev/null) ||
    _u_made=$(command stat -f %m "$_u_state/secret")
  _u_made=$((_u_made - $(command date +%s)))
  _u_new_from=$(_u_format_time "$((_u_made - 60))")
  _u_new_until=$(_u_format_time "$((_u_made + 1))")
  _u_find_generation
  _u_last_script=
  _u_dropped=
  _u_list_events "$1"
  _u_todo=$_u_found
  while [ -n "$_u_todo" ]; do
    _u_key=
    _u_events=
    _u_taken=
    _u_later=
    _u_count=0
    for _u_token in $_u_todo; do
      if [ "$_u_count" -ge "$_u_most" ] || ! _u_add_event "$1" "$_u_token"; then
        _u_later="$_u_later $_u_token"
      fi
    done
    _u_todo=$_u_later
    _u_body=$_u_opening$_u_events']}'
    [ "$_u_count" = 0 ] || "$2" || return 1
  done
}

# The secret of which pseudonyms are made, into _u_secret. It never leaves this machine.
_u_read_secret() {
  if [ ! -f "$_u_state/secret" ]; then
    _u_text=$(command dd if=/dev/urandom bs=64 count=1 2>/dev/null | _u_sha256)
    _u_make_id && _u_write_file "$_u_state/.secret.$_u_id" "$(printf %.64s "$_u_text")"
    command ln "$_u_state/.secret.$_u_id" "$_u_state/secret"
    command rm -f "$_u_state/.secret.$_u_id"
  fi
  _u_read_file "$_u_state/secret" || return 1
  _u_secret=${_u_text%%"$_u_newline"*}
  [ "${#_u_secret}" = 64 ]
}

# The generation of the pseudonyms: each erasure that `usage forget` asked for begins one.
_u_find_generation() {
  _u_generation=0
  for _u_path in "$_u_state/$_u_project"-????????/forgotten/*.json; do
    _u_word=${_u_path##*/}
    _u_word=${_u_word%.json}
    case $_u_word in *[!0-9]*) continue ;; esac
    [ "$_u_word" -lt "$_u_generation" ] || _u_generation=$((_u_word + 1))
  done
}

# FOLDER TIME/NAME: adds an event to the report that is being made, or to what is dropped.
# False: it belongs to another report, because its header, period or machine is another one.
_u_add_event() {
  IFS= read -r _u_line <"$1/${2#*/}" || return 0
  _u_time=${2%%/*}
  _u_event='{"id":'${_u_line#*,\"id\":}
  _u_event=${_u_event%%,\"header\":*}'}'
  _u_event_header=${_u_line#*,\"header\":}
  _u_event_header=${_u_event_header%%,\"local\":*}
  _u_event_local=${_u_line#*,\"local\":}
  _u_find_drop_reason
  if [ -n "$_u_drop_reason" ]; then
    _u_dropped="$_u_dropped $_u_drop_reason/${2#*/}"
    return 0
  fi
  _u_find_period
  _u_wanted_ids=
  case $_u_event_header in *'"ci":null'*) _u_wanted_ids=$_u_ids ;; esac
  # The sender that a run starts makes the secret, within a minute.
  _u_is_new=false
  case " $_u_wanted_ids " in
    *' user '*)
      _u_is_before "$_u_time" "$_u_new_from" || ! _u_is_before "$_u_time" "$_u_new_until" ||
        _u_is_new=true
      ;;
  esac
  _u_word=$_u_event_header$_u_period$_u_is_new${_u_event_local%%,\"bootId\":*}
  [ "${_u_key:=$_u_word}" = "$_u_word" ] || return 1
  [ -n "$_u_taken" ] || _u_open_report
  _u_add_script
  _u_word=${_u_event#*\"time\":null}
  _u_event=${_u_event%%\"time\":null*}\"time\":\"$_u_time\"$_u_word
  _u_events=$_u_events${_u_events:+,}$_u_event
  _u_count=$((_u_count + 1))
  _u_taken="$_u_taken $2"
}

# The period of the pseudonyms at _u_time: its name in their input into _u_period, its first day
# into _u_first_day.
_u_find_period() {
  _u_word=${_u_time%T*}
  case $_u_rotate,$_u_year_begins in
    never,*)
      _u_period=always
      _u_first_day=0001-01-01
      ;;
    month,*)
      _u_period=${_u_word%-*}
      _u_first_day=$_u_period-01
      ;;
    *,01-01)
      _u_period=${_u_word%%-*}
      _u_first_day=$_u_period-01-01
      ;;
    *)
      _u_first_day=${_u_word%%-*}
      # Digits after a 1, because a number that begins with 0 is octal.
      _u_word=1${_u_word#*-}
      _u_rest=1${_u_year_begins%-*}${_u_year_begins#*-}
      [ "${_u_word%-*}${_u_word#*-}" -ge "$_u_rest" ] || _u_first_day=$((_u_first_day - 1))
      _u_first_day=$_u_first_day-$_u_year_begins
      _u_period=$_u_first_day
      ;;
  esac
}

# Why the event is not sent, into _u_drop_reason; empty if it is.
_u_find_drop_reason() {
  _u_drop_reason=
  _u_type=${_u_event#*\"featureType\":\"}
  if [ "$_u_type" != "$_u_event" ]; then
    _u_name=${_u_type#*\"name\":\"}
    _u_is_feature "${_u_type%%\"*}" "${_u_name%%\",\"durationSeconds\"*}" ||
      _u_drop_reason=undeclared-feature
  fi
  ! _u_is_before "$_u_time" "$_u_oldest" || _u_drop_reason=too-old
  if [ -n "$_u_not_before" ] && _u_is_before "$_u_time" "$_u_not_before"; then
    _u_drop_reason=before-consent
  fi
}

# Puts the pseudonym of the script into a start. The last one is kept, because most runs are of
# one script.
_u_add_script() {
  case $_u_event_local in *'"script":"'*) ;; *) return 0 ;; esac
  _u_script=${_u_event_local#*\"script\":\"}
  _u_script="$_u_period|${_u_script%\"*}"
  if [ "$_u_script" != "$_u_last_script" ]; then
    _u_make_pseudonym script "$_u_secret" "$_u_generation|${_u_script#*|}"
    _u_last_script=$_u_script
    _u_last_pseudonym=$_u_made
  fi
  [ -n "$_u_wanted_ids" ] || return 0
  _u_word=${_u_event#*\"script\":null}
  _u_event=${_u_event%%\"script\":null*}\"script\":$_u_last_pseudonym$_u_word
}

# The text before the events of a report, into _u_opening, and the mark by which `usage forget`
# will know its pseudonym, into _u_mark.
_u_open_report() {
  _u_make_pseudonym user "$_u_secret" "$_u_generation"
  _u_user=$_u_made
  _u_mark=nameless
  if [ "$_u_user" != null ]; then
    _u_mark=${_u_user#\"}
    _u_mark=$_u_generation-$_u_period-${_u_mark%\"}
  fi
  _u_host=${_u_event_local#*\"host\":\"}
  _u_host=${_u_host%%\"*}
  _u_find_machine_key
  _u_make_pseudonym host "$_u_hex" "$_u_host"
  _u_opening='{"protocol":1,"project":"'$_u_project'","client":'$_u_client
  _u_opening=$_u_opening',"header":{"user":'$_u_user',"host":'$_u_made
  _u_word=null
  case $_u_wanted_ids in ?*) _u_word=\"$_u_first_day\" ;; esac
  _u_event_header=${_u_event_header#?}
  _u_opening=$_u_opening,${_u_event_header%?}',"period":'$_u_word',"isNewSecret":'$_u_is_new
  _u_opening=$_u_opening'},"events":['
}

# The bytes of the event's machine id, in hex, into _u_hex; empty if it has none, or no host.
_u_find_machine_key() {
  _u_hex=
  case $_u_event_local in *\"host\":null*) return 0 ;; esac
  _u_rest=${_u_event_local#*\"machineId\":\"}
  [ "$_u_rest" != "$_u_event_local" ] || return 0
  until [ "${_u_rest#\"}" != "$_u_rest" ]; do
    _u_word=${_u_rest%"${_u_rest#?}"}
    _u_rest=${_u_rest#?}
    case $_u_word in
      [0-9]) _u_hex=${_u_hex}3$_u_word ;;
      *) _u_hex=${_u_hex}6$((0x$_u_word - 9)) ;;
    esac
  done
}

_u_print_body() { printf '%s\n' "$_u_body"; }

# --- Delivery ---

# Sends what waits, in rounds of 250 events, until nothing waits or the time is over.
_u_send() {
  _u_claim=$_u_sending/sh
  _u_most=50
  _u_give_up_at=$(($(command date +%s) + 9))
  _u_check_consent && _u_make_folder "$_u_sending" || return 0
  (_u_tidy) 2>/dev/null
  _u_free_stale_claims
  while _u_keep_quota && [ -n "$_u_found" ]; do
    # The claim is one folder: who makes it is the only sender.
    command mkdir "$_u_claim" || return 0
    if ! _u_is_time_to_try; then
      command rmdir "$_u_claim"
      return 0
    fi
    _u_send_round || return 0
    [ "$(command date +%s)" -lt "$_u_give_up_at" ] || return 0
  done
}

# Keeps what cannot be sent, or has been, within bounds: 400 drops and 200 refused events, and of
# the log 30 days and 1,000 reports, of which the newest stay.
_u_tidy() {
  IFS=$_u_blanks$_u_newline
  _u_sum_up "$_u_directory/drops" 400
  _u_sum_up "$_u_directory/buffer/refused" 200
  command cd "$_u_directory/sent" || return 0
  command find . -type f -mtime +30 -exec rm -f {} +
  set -- *.json
  while [ "$#" -gt 1000 ]; do
    command rm -f "$1"
    shift
  done
}

# FOLDER MOST: puts a summary in the place of the files, if there are more. Killed at any step the
# sum is the same, because the summary names the files that it replaces.
_u_sum_up() {
  command cd "$1" 2>/dev/null || return 0
  set -- "$1" "$2" *.json
  [ "$(($# - 2))" -gt "$2" ] || return 0
  _u_sums=
  _u_read_object "$PWD/0-sh-sum.json" _u_take_sum || return 0
  # 100 at a time, because the summary has to stay a short text. Each counts one event.
  _u_names=$(command ls | command grep -E '^[0-9a-fA-F-]{36}[.]' |
    command xargs grep -lE '"count":1,|"refusedAt"' | command head -n 100)
  [ -n "$_u_names" ] || return 0
  _u_text=$({
    printf '%s\n' "$_u_sums"
    printf '1 %s\n' $_u_names | command sed -E 's/ [^.]*[.](.*[.])?json$/ \1/'
  } | command awk '
    NF { sum[$2] += $1 }
    END {
      for (name in sum) {
        if (name == "") printf "\"events\":%d,", sum[name]
        else text = text "," "\"" substr(name, 1, length(name) - 1) "\":" sum[name]
      }
      if (text != "") printf "\"counts\":{%s},", substr(text, 2)
    }')
  _u_text='{'$_u_text'"replaces":['
  for _u_name in $_u_names; do
    _u_text=$_u_text\"$_u_name\",
  done
  _u_write_file .sum "${_u_text%,}]}" && command mv -f .sum 0-sh-sum.json &&
    command rm -f $_u_names
}

# PATH VALUE: a value of a summary: a count, or a file that is still to be removed.
_u_take_sum() {
  _u_word=${2#\"}
  case $1,$2 in
    /replaces/*) command rm -f "${_u_word%\"}" ;;
    *,*[!0-9]*) ;;
    /counts/*) _u_sums="$_u_sums$_u_newline$2 ${1#/counts/}." ;;
    /events,*) _u_sums="$_u_sums$_u_newline$2" ;;
  esac
}

# A claim of more than a minute was left behind: its events wait again.
_u_free_stale_claims() {
  for _u_stale in "$_u_sending"/sh*; do
    [ -n "$(command find "$_u_stale" -prune -mmin +1 2>/dev/null)" ] && _u_make_id || continue
    command mv "$_u_stale" "$_u_sending/sh-$_u_id" && _u_give_back "$_u_sending/sh-$_u_id"
  done
}

# False until the time of the next try, if that is within a day.
_u_is_time_to_try() {
  _u_next_try=
  _u_read_object "$_u_directory/next-try" _u_take_next_try || return 0
  [ -n "$_u_next_try" ] && _u_is_before "$(_u_format_time 0)" "$_u_next_try" || return 0
  ! _u_is_before "$_u_next_try" "$(_u_format_time 86400)"
}

# PATH VALUE: a value of the file next-try.
_u_take_next_try() {
  case $1,$2 in
    /failures,*[!0-9]*) ;;
    /failures,*) _u_failures=$2 ;;
    /nextTryAt,*) _u_next_try=$2 ;;
  esac
}

# Claims up to 250 events of _u_found and delivers them. True: all have their answer. Events
# without one go back to the buffer.
_u_send_round() {
  _u_index=0
  for _u_token in $_u_found; do
    _u_index=$((_u_index + 1))
    [ "$_u_index" -le 250 ] || break
    command mv "$_u_waiting/${_u_token#*/}" "$_u_claim/"
  done
  _u_make_reports "$_u_claim" _u_deliver
  _u_round_status=$?
  for _u_token in $_u_dropped; do
    _u_name=${_u_token#*/}
    _u_drop "${_u_token%%/*}" "${_u_name%.json}" && command rm -f "$_u_claim/$_u_name"
  done
  _u_give_back "$_u_claim"
  command rm -f "$_u_directory/.body" "$_u_directory/.head" "$_u_directory/.answer"
  return "$_u_round_status"
}

# CLAIM: its events wait again.
_u_give_back() {
  for _u_path in "$1"/*.json; do
    [ ! -f "$_u_path" ] || command mv -f "$_u_path" "$_u_waiting/"
  done
  command rmdir "$1"
}

# Hands over _u_body. True: the report has its answer, and its events are gone from the buffer, or
# they are sent again in halves, until what is refused is alone.
_u_deliver() {
  _u_seconds_left=$((_u_give_up_at - $(command date +%s)))
  [ "$_u_seconds_left" -gt 0 ] && _u_check_consent && [ -n "$_u_may_send" ] || return 1
  _u_make_folder "$_u_directory/periods" && : >>"$_u_directory/periods/$_u_mark" &&
    [ ! -e "$_u_directory/forget.json" ] || return 1
  if [ -n "$_u_inbox" ]; then
    _u_lay_down
  else
    _u_post && _u_judge_answer
  fi || return 1
  _u_log_sent
  if [ "$_u_total" != "$_u_count" ]; then
    if [ "$_u_count" -gt 1 ]; then
      _u_most=$(((_u_count + 1) / 2))
      _u_todo=$_u_taken$_u_todo
      return 0
    fi
    _u_most=50
    _u_set_aside || return 1
  fi
  for _u_token in $_u_taken; do
    command rm -f "$_u_claim/${_u_token#*/}"
  done
  command rm -f "$_u_directory/next-try"
}

# Puts _u_body into the folder of the endpoint, which is never made: one that is missing is a disk
# that is not mounted. False: nothing is there.
_u_lay_down() {
  _u_quoted_body=\"$(printf %s "$_u_body" | command sed 's/[\\"]/\\&/g')\"
  _u_name=$(printf %s "$_u_body" | _u_sha256)
  _u_name=$(printf %.32s "$_u_name").json
  _u_path=$_u_inbox/.$_u_name.$$.tmp
  _u_now=$(_u_format_time 0)
  if [ -d "$_u_inbox" ] && printf %s "$_u_body" >"$_u_path" && command chmod 640 "$_u_path" &&
    { command sync "$_u_path" || :; } && command mv -f "$_u_path" "$_u_inbox/$_u_name"; then
    _u_status=0
    _u_total=$_u_count
    _u_quoted_answer="\"written to the folder as $_u_name; delivery is not confirmed\""
  else
    command rm -f "$_u_path"
    _u_wait no-folder 'the folder is missing or cannot be written' ''
  fi
}

# Posts _u_body by curl: its status into _u_curl, that of HTTP into _u_status, the answer into
# _u_answer, and as a JSON string into _u_quoted_answer, Retry-After into _u_retry_after.
# False: nothing was posted.
_u_post() {
  printf %s "$_u_body" >"$_u_directory/.body" || return 1
  : >"$_u_directory/.answer" && : >"$_u_directory/.head" || return 1
  _u_quoted_body=\"$(command sed 's/[\\"]/\\&/g' "$_u_directory/.body")\"
  set -- -H 'content-type: application/json' -H expect: -H "usage-sent-at: $(_u_format_time 0)"
  set -- "$@" --max-time "$_u_seconds_left" --data-binary "@$_u_directory/.body"
  set -- "$@" -o "$_u_directory/.answer" -D "$_u_directory/.head" -w '%{http_code}'
  # The write key comes by a pipe, because a list of processes shows their arguments. An answer
  # may fill a megabyte or two of the disk at most.
  _u_status=$(
    trap '' XFSZ
    ulimit -f 2048
    printf '%s\n' "$_u_write_key" | command curl -q -K - -gsS "$@" "${_u_endpoint%/}/v1/reports"
  )
  _u_curl=$?
  _u_answer=$(command head -c 32768 "$_u_directory/.answer" | command tr '\000-\037' ' ')
  _u_quoted_answer=\"$(printf %s "$_u_answer" | command sed 's/[\\"]/\\&/g')\"
  _u_retry_after=$(command sed -n 's/^[Rr]etry-[Aa]fter: *0*\([0-9]*\).*/\1/p' \
    "$_u_directory/.head")
  _u_now=$(_u_format_time 0)
}

# True: the answer is about these events, and _u_total of them are stored. False: nothing is
# confirmed, and the time of the next try is set.
_u_judge_answer() {
  _u_total=0
  _u_message="the collector answered $_u_status"
  case $_u_curl,$_u_status in
    28,* | 0,408) _u_wait timeout 'no answer in time' "$_u_retry_after" ;;
    5,* | 6,* | 7,* | 35,* | 60,* | 127,*)
      _u_quoted_body=null
      _u_wait offline 'no connection' ''
      ;;
    [!0]*,*) _u_wait offline 'the connection was lost' '' ;;
    *,401 | *,403) _u_wait key-refused "$_u_message" "$_u_retry_after" ;;
    *,404) _u_wait project-unknown "$_u_message" "$_u_retry_after" ;;
    *,425 | *,429 | *,503) _u_wait busy "$_u_message" "$_u_retry_after" ;;
    *,2??)
      _u_parse_json "$_u_answer" _u_take_answer &&
        [ "$_u_total" -le "$_u_count" ] && [ "$_u_total" != 0 ] ||
        _u_wait server-error "$_u_message with something else" ''
      ;;
    *,4??)
      # Only a collector's own word is final: a proxy and a login page answer too.
      _u_error=
      _u_parse_json "$_u_answer" _u_take_error
      if [ -z "$_u_error" ] && [ "$_u_status$((_u_count > 1))" != 4131 ]; then
        _u_wait server-error "$_u_message" "$_u_retry_after"
      fi
      ;;
    *) _u_wait server-error "$_u_message" "$_u_retry_after" ;;
  esac
}

# PATH VALUE: a value of an answer. An event that is refused makes the total negative.
_u_take_answer() {
  case $1,$2 in
    /accepted,*[!0-9]* | /duplicates,*[!0-9]*) ;;
    /accepted,* | /duplicates,*) _u_total=$((_u_total + $2)) ;;
    /rejected/0,*) _u_total=-999 ;;
  esac
}

# PATH VALUE: a value of an answer that is an error.
_u_take_error() {
  case $1,$2 in '/error/code,"USAGE_'*) _u_error=$2 ;; esac
}

# REASON MESSAGE RETRY-AFTER: all waits for the next try; logs the failure. False.
# The time is chance within a bound that doubles up to an hour, so that a thousand machines do not
# come back together; but no earlier than the collector says.
_u_wait() {
  _u_failures=0
  _u_read_object "$_u_directory/next-try" _u_take_next_try || _u_failures=0
  _u_make_id || return 1
  _u_delay=$((5 << (_u_failures > 10 ? 10 : _u_failures)))
  _u_delay=$((_u_delay > 3600 ? 3600 : _u_delay))
  _u_delay=$((_u_delay * 0x${_u_id%"${_u_id#????}"} / 65536))
  case $3 in
    '' | *[!0-9]* | ??????*) ;;
    *) [ "$3" -le "$_u_delay" ] || _u_delay=$(($3 > 86400 ? 86400 : $3)) ;;
  esac
  _u_why='"reason":"'$1'","message":"'$2'"'
  _u_text='{"failures":'$((_u_failures + 1))',"nextTryAt":"'$(_u_format_time "$_u_delay")
  _u_text=$_u_text'","lastError":{"at":"'$_u_now'",'$_u_why'}}'
  _u_write_file "$_u_directory/.next-try" "$_u_text"
  command mv -f "$_u_directory/.next-try" "$_u_directory/next-try"
  _u_log '{"failedAt":"'"$_u_now"'","events":'"$_u_count,$_u_why" ''
  return 1
}

# Logs a report that was accepted, in whole or in part, with the answer.
_u_log_sent() {
  case $_u_status in 0 | 2??) ;; *) return 0 ;; esac
  _u_sent_ids=
  if [ "$_u_total" = "$_u_count" ]; then
    for _u_token in $_u_taken; do
      _u_name=${_u_token#*/}
      _u_sent_ids=$_u_sent_ids${_u_sent_ids:+,}\"${_u_name%.json}\"
    done
  fi
  _u_log '{"sentAt":"'"$_u_now"'","ids":['"$_u_sent_ids]" \
    ',"status":'"$_u_status"',"answer":'"$_u_quoted_answer"
}

# BEFORE AFTER: adds an entry to the log, with the body and what stands before and after it. Its
# name is a UUID of version 7, which sorts by time.
_u_log() {
  _u_make_id && _u_make_folder "$_u_directory/sent" || return 1
  _u_word=$(printf %012x "$(($(command date +%s) * 1000))")
  _u_id=${_u_word%????}-${_u_word#????????}-7${_u_id#???????????????}
  printf '%s,"endpoint":"%s","body":%s%s}' "$1" "$_u_endpoint" "$_u_quoted_body" "$2" \
    >"$_u_directory/sent/.sh" &&
    command mv -f "$_u_directory/sent/.sh" "$_u_directory/sent/$_u_id.json"
}

# Keeps the one event of a report that the collector refuses, with the answer.
_u_set_aside() {
  _u_name=${_u_taken#*/}
  IFS= read -r _u_line <"$_u_claim/$_u_name" || return 1
  _u_text='{"refusedAt":"'$_u_now'","code":"http-'$_u_status'","message":'$_u_quoted_answer
  _u_text=$_u_text',"event":'$_u_line'}'
  _u_make_folder "$_u_directory/buffer/refused" &&
    _u_write_file "$_u_directory/buffer/refused/$_u_name" "$_u_text"
}

# --- The program, and where this file lies ---

# FILE: whether it is a file such as this one, by its fourth line.
_u_is_client() {
  {
    IFS= read -r _u_line && IFS= read -r _u_line &&
      IFS= read -r _u_line && IFS= read -r _u_line
  } <"$1" || return 1
  case $_u_line in *'Made by `usage embed --lang sh`'*) ;; *) return 1 ;; esac
} 2>/dev/null

# Prints what is recorded, which rule decided, where everything lies, and what can be done.
_u_print_status() {
  _u_mode=off
  if _u_check_consent; then
    _u_mode=on
    [ -n "$_u_may_send" ] || _u_mode=waiting
    [ -n "$_u_may_send" ] || _u_reason=notice-pending
  fi
  printf '%s  %s\n  Decided by  %s\n' "$_u_project" "$_u_mode" \
    "$_u_reason${_u_decided_by:+ ($_u_decided_by)}"
  if [ "$_u_mode" = waiting ]; then
    echo '              Sent by a run a minute after the notice, unless you opt out.'
  fi
  _u_steps=0
  for _u_path in "$_u_waiting"/*.json; do [ ! -f "$_u_path" ] || _u_steps=$((_u_steps + 1)); done
  printf '  Goes to     %s\n  Waiting     %s\n' "$_u_endpoint" "$_u_steps file(s) of events"
  _u_steps=0
  for _u_path in "$_u_directory"/sent/*.json; do
    [ ! -f "$_u_path" ] || _u_steps=$((_u_steps + 1))
  done
  printf '  Sent log    %s\n' "$_u_directory/sent, entries: $_u_steps"
  printf '  State       %s\n  Settings    %s\n' "$_u_directory" "$_u_config"
  printf 'To see what is sent next: '
  _u_print_command preview
  _u_print_choice out
  _u_print_choice in
  printf 'To erase what was sent: usage forget %s (requires Node.js)\n' "$_u_project"
  printf 'Questions: %s\n' "$_u_contact"
}

# out or in: prints the command that decides so.
_u_print_choice() {
  printf 'To opt %s: ' "$1"
  _u_print_command "opt$1"
}

# Stops recording and sending for this project: nothing that waits is sent.
_u_opt_out() {
  _u_find_folders
  _u_path=$_u_config/optout.d/$_u_project
  _u_make_folder "$_u_config/optout.d" &&
    _u_write_file "$_u_path" "Opted out at $(_u_format_time 0)." || return 1
  _u_found=$_u_path
  _u_empty_buffer
  printf 'Opted out of %s: nothing is recorded or sent.\n  %s\n' "$_u_project" "$_u_found"
  _u_print_choice in
}

# Allows recording and sending again. What is from before is not sent after an opt-out.
_u_opt_in() {
  _u_find_folders
  _u_readable=yes
  _u_check_settings
  [ -n "$_u_readable" ] || return 1
  _u_now=\"$(_u_format_time 0)\"
  if [ -e "$_u_config/optout" ] || [ -e "$_u_config/optout.d/$_u_project" ]; then
    _u_not_before=$_u_now
    _u_empty_buffer
  fi
  _u_text='{"yesAt":'$_u_now',"notBefore":'${_u_not_before:-null}'}'
  _u_make_folder "$_u_config/optin.d" && _u_make_folder "$_u_directory" &&
    _u_write_file "$_u_config/optin.d/$_u_project.json" "$_u_text" &&
    command rm -f "$_u_config/optout.d/$_u_project" &&
    : >|"$_u_directory/notice-$_u_version.open" || return 1
  if _u_check_consent; then
    printf 'Opted in to %s.\n' "$_u_project"
  else
    printf 'The opt-in to %s is saved, but recording is still off: %s\n' "$_u_project" \
      "$_u_reason${_u_decided_by:+ ($_u_decided_by)}"
  fi
  _u_print_choice out
}

# WORD: what this file does when it is run. For a decision that cannot be kept, says what can.
_u_main() {
  ! _u_is_zsh || emulate sh
  set +eufxC
  LC_ALL=C
  export LC_ALL
  IFS=$_u_blanks$_u_newline
  umask 077
  _u_most=50
  _u_find_file
  case $#,${1-} in
    1,preview)
      _u_find_folders && _u_check_consent
      _u_make_reports "$_u_waiting" _u_print_body || :
      ;;
    1,status) _u_print_status ;;
    1,optout | 1,optin)
      if [ "$1" = optout ]; then
        _u_opt_out
      else
        _u_opt_in
      fi 2>/dev/null && return 0
      printf '%s: cannot read or write %s\n' "$1" "$_u_config" >&2
      echo 'To opt out without this file, set USAGE_TRACKING=false.' >&2
      return 1
      ;;
    1,consent)
      _u_check_consent
      printf '%s\n' "$_u_reason${_u_decided_by:+ $_u_decided_by}"
      ;;
    *,send)
      [ "${2-}" != alone ] || _u_close_descriptors || return 1
      _u_find_folders && _u_send || :
      ;;
    *)
      printf 'Got %s. Usage: ' "${*:-nothing}" >&2
      _u_print_command 'status|preview|optout|optin|consent|send; scripts source this file.' >&2
      return 2
      ;;
  esac
}

# The path of this file, which a sender needs, into _u_file. dash and busybox have the file open
# while they read it.
_u_find_file() {
  _u_file=${BASH_SOURCE-}
  ! _u_is_zsh || eval '_u_file=${(%):-%x}'
  if [ -z "$_u_file" ]; then
    for _u_path in "/proc/$$/fd"/??*; do
      if [ -f "$_u_path" ] && _u_is_client "$_u_path"; then
        _u_file=$(command readlink "$_u_path" 2>/dev/null) || :
      fi
    done
  fi
  case $_u_file in '' | /*) ;; *) _u_file=$PWD/$_u_file ;; esac
}

# What this shell remembers. False: it can record nothing; if IFS is readonly, a shell that tries
# to read a line ends the script.
_u_load() {
  _u_blanks=' 	'
  _u_has_builtins && _u_has_room && (IFS=' ') || return 1
  _u_newline='
'
  _u_known_texts=$_u_newline
  if [ "${_u_loaded-}" != "$$ $_u_folder" ]; then
    _u_loaded="$$ $_u_folder"
    _u_run=
    _u_ended=
    _u_header=
    _u_outer_run=
    _u_outer_scope=
    _u_has_shown_notice=
    _u_is_blocked=
    _u_pending=0
    _u_looked_at=0
    _u_told=
    _u_tells=0
  fi
  _u_started_as=$0
  ! _u_is_zsh || _u_started_as=$ZSH_ARGZERO
  _u_is_program=
  if [ -f "$_u_started_as" ] && _u_is_client "$_u_started_as"; then
    _u_is_program=yes
  else
    _u_find_file
  fi
}

if ! { _u_load; } >/dev/null 2>&1; then
  usage_start() { return 0; }
  usage_feature() { return 0; }
  usage_end() { return 0; }
elif { [ -n "$_u_is_program" ]; } >/dev/null; then
  _u_main "$@"
  exit
fi
{
  case $_u_all in yes*) set -a ;; esac
  case $_u_all in *-T) set -T ;; esac
} >/dev/null 2>&1
