# What all shells share. No bare return: in a trap bash takes for its status what was before the trap.

# Where things lie on this machine. False: it cannot be known here, and the command has to be asked.
_usage_places() {
  _usage_place "${USAGE_STATE_DIR-}" "${XDG_STATE_HOME-}" .local/state || return 1
  _usage_state=$_usage_placed
  _usage_place "${USAGE_CONFIG_DIR-}" "${XDG_CONFIG_HOME-}" .config || return 1
  _usage_config=$_usage_placed
  _usage_directory=$_usage_state/$_usage_folder
  _usage_new=$_usage_directory/buffer/new
}

_usage_place() { # OWN-VARIABLE XDG-VARIABLE BELOW-HOME
  case $1 in
    '') ;;
    /*) _usage_placed=$1 && return 0 ;;
    *) _usage_placed=$PWD/$1 && return 0 ;;
  esac
  case $2 in /*) _usage_placed=$2/usage && return 0 ;; esac
  case ${HOME-} in
    /*) _usage_placed=$HOME/$3/usage ;;
    *) return 1 ;;
  esac
  # A Mac has places of its own.
  [ ! -d /System/Library/CoreServices ]
}

# Whether anything is there, be it a link that leads nowhere.
_usage_is() { [ -e "$1" ] || [ -L "$1" ]; }

# Whether a text has another one in it.
_usage_has() {
  case $1 in *"$2"*) return 0 ;; esac
  return 1
}

# Whether a folder can be looked into.
_usage_opens() { [ -d "$1" ] && [ -r "$1" ] && [ -x "$1" ]; }

# The first of a path and the folders above it where anything is.
_usage_nearest() {
  _usage_near=$1
  while ! _usage_is "$_usage_near"; do
    _usage_near=${_usage_near%/*}
    [ -n "$_usage_near" ] || _usage_near=/
  done
}

# A variable of tracking says nothing when it is one of these words, in any case and with spaces around it.
_usage_is_off() {
  _usage_word=${1#"${1%%[![:space:]]*}"}
  _usage_word=${_usage_word%"${_usage_word##*[![:space:]]}"}
  case $_usage_word in
    '' | 1 | [Tt][Rr][Uu][Ee] | [Oo][Nn] | [Yy][Ee][Ss]) return 1 ;;
  esac
}

_usage_is_do_not_track() {
  _usage_word=${1#"${1%%[![:space:]]*}"}
  _usage_word=${_usage_word%"${_usage_word##*[![:space:]]}"}
  case $_usage_word in
    '' | 0 | [Ff][Aa][Ll][Ss][Ee]) return 1 ;;
  esac
}

# The rules of consent in their order: 0 allowed, 1 no, 2 only the command can read what is there.
_usage_ask() {
  _usage_answer=0
  _usage_ask_site || return 1
  ! _usage_is_do_not_track "${DO_NOT_TRACK-}" || return 1
  ! _usage_is_off "${USAGE_TRACKING-}" || return 1
  ! _usage_is_off_by_own_variable || return 1
  _usage_ask_person || return 1
  [ "$_usage_counts_ci" = yes ] || [ -z "$_usage_ci" ] || return 1
  [ "$_usage_asks_first" = no ] || [ -n "$_usage_yes" ] || [ "$_usage_answer" = 2 ] || return 1
  _usage_ask_state || return 1
  [ "$_usage_has_endpoint" = yes ] || return 1
  # The command has said yes when this run began.
  [ -z "$_usage_trusted" ] || return 0
  return "$_usage_answer"
}

_usage_ask_site() {
  _usage_is /etc/usage || return 0
  _usage_opens /etc/usage || return 1
  ! _usage_is /etc/usage/off || return 1
  if _usage_is /etc/usage/off.d; then
    _usage_opens /etc/usage/off.d || return 1
    ! _usage_is "/etc/usage/off.d/$_usage_project" || return 1
  fi
  ! _usage_is /etc/usage/policy.json || _usage_answer=2
}

_usage_ask_person() {
  _usage_yes=
  case " ${USAGE_CONSENT-} " in
    *[\ ,]"$_usage_project@$_usage_version"[\ ,]*) _usage_yes=job ;;
  esac
  if ! _usage_is "$_usage_config"; then
    _usage_nearest "$_usage_config"
    _usage_opens "$_usage_near"
    return "$?"
  fi
  _usage_opens "$_usage_config" || return 1
  ! _usage_is "$_usage_config/optout" || return 1
  if _usage_is "$_usage_config/optout.d"; then
    _usage_opens "$_usage_config/optout.d" || return 1
    ! _usage_is "$_usage_config/optout.d/$_usage_project" || return 1
  fi
  ! _usage_is "$_usage_config/settings.json" || _usage_answer=2
  _usage_is "$_usage_config/optin.d" || return 0
  _usage_opens "$_usage_config/optin.d" || return 1
  _usage_is "$_usage_config/optin.d/$_usage_project.json" || return 0
  if _usage_read_yes "$_usage_config/optin.d/$_usage_project.json"; then _usage_yes=person; else _usage_answer=2; fi
}

# The answer as `usage optin` writes it; anything else is left to the command.
_usage_read_yes() {
  _usage_read_file "$1" 8 || return 1
  case $_usage_text in
    '{'*'"yesAt": "'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*'Z",'*'"notBefore": null'*'}'*) ;;
    '{'*'"yesAt": "'[0-9][0-9][0-9][0-9]-*'Z",'*'"notBefore": "'[0-9][0-9][0-9][0-9]-*'Z"'*'}'*) ;;
    *) return 1 ;;
  esac
}

# Whether events can be written, in a folder that is this user's own: what root made would shut its owner out.
_usage_ask_state() {
  if [ -d "$_usage_new" ]; then
    _usage_near=$_usage_new
  else
    _usage_nearest "$_usage_new"
  fi
  _usage_opens "$_usage_near" && [ -w "$_usage_near" ] || return 1
  [ -O "$_usage_near" ] && return 0
  case $_usage_near in "$_usage_state" | "$_usage_state"/*) return 1 ;; esac
  [ ! -O / ]
}

# Reads a text file into _usage_text, of at most so many lines. Without a process.
_usage_read_file() {
  _usage_text=
  _usage_lines=0
  while IFS= read -r _usage_line || [ -n "$_usage_line" ]; do
    _usage_text=$_usage_text$_usage_line$_usage_newline
    _usage_lines=$((_usage_lines + 1))
    [ "$_usage_lines" -le "$2" ] || return 1
  done <"$1"
}
_usage_newline='
'

# Writes a text as the inside of a JSON string to _usage_text. False: it has control characters, which have no place there.
_usage_escape() {
  _usage_text=$1
  case $1 in
    *[[:cntrl:]]*) return 1 ;;
    *[\"\\]*) ;;
    *) return 0 ;;
  esac
  _usage_text=
  _usage_tail=$1
  while :; do
    case $_usage_tail in
      *[\"\\]*)
        _usage_head=${_usage_tail%%[\"\\]*}
        _usage_tail=${_usage_tail#"$_usage_head"}
        case $_usage_tail in
          \"*) _usage_text=$_usage_text$_usage_head'\"' ;;
          *) _usage_text=$_usage_text$_usage_head'\\' ;;
        esac
        _usage_tail=${_usage_tail#?}
        ;;
      *) break ;;
    esac
  done
  _usage_text=$_usage_text$_usage_tail
}

# A text as a JSON string, or null when it is empty, longer than so many characters, or no plain text.
_usage_quote() {
  if [ -n "$1" ] && [ "${#1}" -le "$2" ] && _usage_escape "$1"; then
    _usage_text=\"$_usage_text\"
  else
    _usage_text=null
  fi
}

# RFC 3339 in UTC of so many seconds since 1970, without a process and whatever the time zone is.
_usage_civil() {
  _usage_day=$(($1 / 86400))
  _usage_second=$(($1 % 86400))
  if [ "$_usage_day" != "${_usage_known_day-}" ]; then
    _usage_known_day=$_usage_day
    # Days of the proleptic Gregorian calendar, in eras of 400 years that begin in March.
    _usage_z=$((_usage_day + 719468))
    _usage_era=$((_usage_z / 146097))
    _usage_doe=$((_usage_z - _usage_era * 146097))
    _usage_yoe=$(((_usage_doe - _usage_doe / 1460 + _usage_doe / 36524 - _usage_doe / 146096) / 365))
    _usage_doy=$((_usage_doe - (365 * _usage_yoe + _usage_yoe / 4 - _usage_yoe / 100)))
    _usage_mp=$(((5 * _usage_doy + 2) / 153))
    _usage_d=$((100 + _usage_doy - (153 * _usage_mp + 2) / 5 + 1))
    _usage_m=$((100 + (_usage_mp < 10 ? _usage_mp + 3 : _usage_mp - 9)))
    _usage_y=$((_usage_yoe + _usage_era * 400 + (_usage_mp < 10 ? 0 : 1)))
    _usage_date=$_usage_y-${_usage_m#1}-${_usage_d#1}
  fi
  _usage_h=$((100 + _usage_second / 3600))
  _usage_mi=$((100 + _usage_second / 60 % 60))
  _usage_s=$((100 + _usage_second % 60))
  _usage_civil=${_usage_date}T${_usage_h#1}:${_usage_mi#1}:${_usage_s#1}
}

# Hundredths of a second of the clock that never jumps; empty where there is none.
_usage_uptime() {
  _usage_hundredths=
  IFS=' ' read -r _usage_word _usage_rest </proc/uptime || return 0
  case ${_usage_word%.*}${_usage_word#*.} in '' | *[!0-9]*) return 0 ;; esac
  case ${_usage_word#*.} in ?? ) _usage_hundredths=$((${_usage_word%.*} * 100 + 1${_usage_word#*.} - 100)) ;; esac
}

# Microseconds since 1970 as the shell itself knows them; empty where it has no clock. A locale may write a comma.
_usage_clock() {
  _usage_microseconds=
  _usage_word=${EPOCHREALTIME-}
  case $_usage_word in
    *[!0-9.,]*) return 0 ;;
    1?????????[.,]??????*) ;;
    *) return 0 ;;
  esac
  _usage_rest=${_usage_word#*[.,]}
  _usage_microseconds=${_usage_word%%[.,]*}${_usage_rest%"${_usage_rest#??????}"}
}

# The time of an event, which without a clock is the time of its file, and an id for it.
_usage_now() {
  _usage_clock
  _usage_time=null
  if [ -n "$_usage_microseconds" ]; then
    _usage_civil "${_usage_microseconds%??????}"
    _usage_rest=${_usage_microseconds#??????????}
    _usage_time=\"$_usage_civil.${_usage_rest%???}Z\"
  fi
  _usage_new_id
}

# An id that the kernel makes; where there is no such kernel, a program.
_usage_random_id() {
  IFS= read -r _usage_id </proc/sys/kernel/random/uuid || _usage_id=$(command uuidgen) || return 1
  _usage_is_id "$_usage_id"
}

# What an event says of the program, and what never leaves this machine. Made once.
_usage_describe() {
  [ -z "$_usage_header" ] || return 0
  _usage_host=null
  _usage_boot=null
  ! IFS= read -r _usage_word </proc/sys/kernel/hostname || { _usage_quote "$_usage_word" 255 && _usage_host=$_usage_text; }
  ! IFS= read -r _usage_word </proc/sys/kernel/random/boot_id || { _usage_quote "$_usage_word" 64 && _usage_boot=$_usage_text; }
  _usage_quote "$_usage_app_version" 64
  _usage_header='"header":{"application":'$_usage_application',"version":'$_usage_text',"os":null,"ci":'${_usage_ci:+\"}${_usage_ci:-null}${_usage_ci:+\"}',"scheduler":'${_usage_scheduler:+\"}${_usage_scheduler:-null}${_usage_scheduler:+\"}'}'
  _usage_local='"local":{"host":'$_usage_host',"machineId":null,"bootId":'$_usage_boot',"script":'
}

# Writes one line by one write into a file that only its owner can read. False: it could not be written.
_usage_write() { # PATH TEXT
  if { IFS= read -r _usage_rest && IFS="$_usage_blanks" read -r _usage_word _usage_mask; } </proc/self/status &&
    [ "$_usage_word" = Umask: ]; then
    umask 077
    if printf '%s\n' "$2" >"$1"; then
      umask "$_usage_mask"
      return 0
    fi
    umask "$_usage_mask"
  elif (umask 077 && printf '%s\n' "$2" >"$1"); then
    return 0
  fi
  command rm -f "$1"
  return 1
}
_usage_blanks=' 	'

# The folder and the project file in it: made before the first event, and again when the project has changed.
_usage_prepare() { # again, or nothing
  [ -d "$_usage_new" ] || (umask 077 && command mkdir -p "$_usage_new") || return 1
  if [ -f "$_usage_directory/project.json" ]; then
    [ "${1-}" = again ] || return 0
    ! _usage_read_file "$_usage_directory/project.json" 100000 || [ "$_usage_text" != "$_usage_document" ] || return 0
  fi
  (
    umask 077
    _usage_temporary=$_usage_directory/.project.json.$_usage_id.tmp
    printf '%s' "$_usage_document" >"$_usage_temporary" && command mv -f "$_usage_temporary" "$_usage_directory/project.json"
  )
}

# Counts something that is not recorded, as the command does.
_usage_drop() {
  [ -d "$_usage_directory/drops" ] || (umask 077 && command mkdir -p "$_usage_directory/drops") || return 0
  _usage_write "$_usage_directory/drops/$_usage_id.$1.json" '{"reason":"'"$1"'","count":1,"time":'"$_usage_time"'}'
}

# Asks and prepares what all three need. False: nothing is to be recorded here. `ask`: the command has to.
_usage_begin() {
  _usage_outcome=
  [ -z "${USAGE_SENDER-}" ] || return 1
  _usage_is_counted_rank || return 1
  [ -n "$_usage_header" ] || _usage_surroundings
  if ! _usage_places; then
    _usage_outcome=ask
    return 1
  fi
  _usage_ask || {
    [ "$?" != 2 ] || _usage_outcome=ask
    return 1
  }
  _usage_now || return 1
  _usage_prepare "${1-}" && _usage_describe
}

_usage_start() {
  _usage_app_version=${1-}
  _usage_header=
  _usage_trusted=
  _usage_ended=
  _usage_run=
  _usage_begin again || return 0
  _usage_began=$_usage_id
  _usage_uptime
  _usage_begun=$_usage_hundredths
  _usage_now || return 0
  _usage_quote "$_usage_script_path" 1000
  _usage_write "$_usage_new/$_usage_id.json" '{"format":1,"id":"'"$_usage_id"'","type":"start","run":"'"$_usage_began"'","time":'"$_usage_time"',"repeat":0,"fields":{},'"$_usage_header,$_usage_local$_usage_text}}" || return 0
  _usage_open "$_usage_began"
  _usage_notice start
  _usage_send start
}

# Whether a text has so many characters at most. Where the shell counts bytes, what is no ASCII has up to three for each.
_usage_fits() { # TEXT CHARACTERS
  [ "${#1}" -gt "$2" ] || return 0
  [ "${#_usage_letter}" != 1 ] && [ "${#1}" -le "$(($2 * 3))" ] || return 1
  case $1 in *[![:print:]]*) return 0 ;; esac
  return 1
}
_usage_letter=é

_usage_feature() {
  _usage_begin || return 0
  _usage_name=${1-}
  _usage_type=${2:-Feature}
  if ! _usage_fits "$_usage_name" 128 || [ "${#_usage_type}" -gt 64 ] || ! _usage_escape "$_usage_name" || [ -z "$_usage_text" ]; then
    _usage_drop undeclared-feature
    return 0
  fi
  _usage_name=$_usage_text
  if ! _usage_escape "$_usage_type"; then
    _usage_drop undeclared-feature
    return 0
  fi
  _usage_which_run
  _usage_write "$_usage_new/$_usage_id.json" '{"format":1,"id":"'"$_usage_id"'","type":"feature","run":'"$_usage_of"',"time":'"$_usage_time"',"name":"'"$_usage_name"'","featureType":"'"$_usage_text"'",'"$_usage_header,$_usage_local"'null}}' || return 0
  _usage_notice feature
}

_usage_end() { # CODE SIGNAL
  [ -z "$_usage_ended" ] || return 0
  _usage_begin || return 0
  _usage_seconds=null
  if [ -n "$_usage_run" ] && [ -n "$_usage_begun" ]; then
    _usage_uptime
    [ -z "$_usage_hundredths" ] || _usage_seconds=$((_usage_hundredths - _usage_begun))
    case $_usage_seconds in null | -*) _usage_seconds=null ;; *) _usage_seconds=$((_usage_seconds / 100)).$((_usage_seconds / 10 % 10))$((_usage_seconds % 10)) ;; esac
  fi
  _usage_code=$1
  case $_usage_code in '' | *[!0-9]* | ????*) _usage_code=null ;; 0?*) _usage_code=null ;; esac
  _usage_of=null
  [ -z "$_usage_run" ] || _usage_of=\"$_usage_run\"
  _usage_write "$_usage_new/$_usage_id.json" '{"format":1,"id":"'"$_usage_id"'","type":"end","run":'"$_usage_of"',"time":'"$_usage_time"',"durationSeconds":'"$_usage_seconds"',"exitCode":'"$_usage_code"',"signal":'"${2:-null}"',"fields":{},'"$_usage_header,$_usage_local"'null}}' || return 0
  _usage_close
  _usage_notice end
  _usage_send end
}

_usage_open() {
  _usage_run=$1
  _usage_outer=${USAGE_RUN_ID-}
  # In two steps: under set -k bash takes an assignment for the environment of export.
  USAGE_RUN_ID=$1
  export USAGE_RUN_ID
}

_usage_close() {
  [ -n "$_usage_run" ] || return 0
  _usage_run=
  _usage_ended=yes
  if [ -n "$_usage_outer" ]; then USAGE_RUN_ID=$_usage_outer; else unset USAGE_RUN_ID; fi
}

# The run of this shell, else the one that its caller has told; as JSON.
_usage_which_run() {
  _usage_of=${_usage_run:-${USAGE_RUN_ID-}}
  if _usage_is_id "$_usage_of"; then _usage_of=\"$_usage_of\"; else _usage_of=null; fi
}

_usage_is_id() {
  case $1 in
    *[!0-9a-fA-F-]*) return 1 ;;
    ????????-????-????-????-????????????) ;;
    *) return 1 ;;
  esac
}

# Shows who counts, what, and how to stop it, once, before anything is sent; the marker keeps that it was shown.
_usage_notice() {
  if [ -n "$_usage_ci" ]; then
    [ "$1" != start ] || _usage_outcome=say-in-ci
    return 0
  fi
  [ "$_usage_yes" != job ] || return 0
  _usage_marker=$_usage_directory/notice-$_usage_version
  [ ! -e "$_usage_marker.open" ] || return 0
  if [ -e "$_usage_marker" ]; then
    [ "$1" != start ] || ! _usage_is_due || (umask 077 && : >"$_usage_marker.open")
    return 0
  fi
  _usage_outcome=say
}

# What runs a minute after the notice in another process may open sending.
_usage_is_due() {
  _usage_read_file "$_usage_marker" 2 || return 1
  case $_usage_text in '{"shownAt":"'????-??-??T??:??:??*) ;; *) return 1 ;; esac
  _usage_caller
  case $_usage_text in *"$_usage_called"*) return 1 ;; esac
  _usage_text=${_usage_text#'{"shownAt":"'}
  _usage_text=${_usage_text%%[.Z]*}
  _usage_seconds_now || return 1
  _usage_civil "$((_usage_epoch - 60))"
  _usage_digits "$_usage_text"
  _usage_shown=$_usage_text
  _usage_digits "$_usage_civil"
  [ "$_usage_shown" -le "$_usage_text" ]
}

_usage_digits() {
  _usage_text=
  _usage_tail=$1
  while [ -n "$_usage_tail" ]; do
    case $_usage_tail in [0-9]*) _usage_text=$_usage_text${_usage_tail%"${_usage_tail#?}"} ;; esac
    _usage_tail=${_usage_tail#?}
  done
}

# This shell as a caller, as the marker has it.
_usage_caller() {
  _usage_called='"caller":null'
  IFS= read -r _usage_line <"/proc/$$/stat" || return 0
  _usage_line=${_usage_line##*) }
  for _usage_word in 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21; do _usage_line=${_usage_line#* }; done
  _usage_called='"caller":{"pid":'$$',"startTime":"'${_usage_line%% *}'"}'
}

# Whole seconds since 1970. Where the shell has no clock this is the one question that takes a process.
_usage_seconds_now() {
  _usage_clock
  _usage_epoch=${_usage_microseconds%??????}
  [ -n "$_usage_epoch" ] || _usage_epoch=$(command date +%s)
  case $_usage_epoch in '' | *[!0-9]*) return 1 ;; esac
}

# Prints the notice where somebody can see it, outside of what is silenced. A caller's pipe that is closed kills no one.
_usage_show() {
  [ -e /dev/fd/2 ] || return 0
  [ ! -c /dev/fd/2 ] || [ -t 2 ] || return 0
  if [ "$_usage_outcome" = say ]; then
    _usage_seconds_now 2>/dev/null || return 0
    _usage_civil "$_usage_epoch"
    _usage_caller 2>/dev/null
    (umask 077 && set -C && printf '{"shownAt":"%s.000Z",%s}\n' "$_usage_civil" "$_usage_called" >"$_usage_marker") 2>/dev/null || return 0
  fi
  (printf '%s%s\n' "$_usage_notice_text" "$_usage_config/optout.d/$_usage_project" >&2) && return 0
  [ "$_usage_outcome" != say ] || command rm -f "$_usage_marker"
}

# The program, if there is one. Many scripts have a function that is called usage.
_usage_program() {
  _usage_program=
  ! command -v usage >/dev/null || _usage_program=usage
  ! command -v usage-reporter >/dev/null || _usage_program=usage-reporter
  [ -n "$_usage_program" ]
}

# Starts the sender in the background, if there is a program that can send and anything may leave.
_usage_send() {
  [ -n "$_usage_ci" ] || [ "$_usage_yes" = job ] || [ -e "$_usage_directory/notice-$_usage_version.open" ] || return 0
  [ "$1" = end ] || [ ! -e "$_usage_directory/sender.lock" ] || return 0
  _usage_program || return 0
  (
    exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
    USAGE_STATE_DIR=$_usage_state
    USAGE_CONFIG_DIR=$_usage_config
    export USAGE_STATE_DIR USAGE_CONFIG_DIR
    cd / || exit 0
    command "$_usage_program" flush --background --project-file "$_usage_directory/project.json" </dev/null >/dev/null 2>&1 &
  )
}

# Lets the command record: it can read what these functions cannot.
_usage_command() {
  _usage_program || return 0
  _usage_verb=$1
  shift
  if [ -e "${_usage_directory-}/project.json" ]; then
    command "$_usage_program" "$_usage_verb" --project-file "$_usage_directory/project.json" "$@"
  elif [ -n "${USAGE_PROJECT_FILE-}" ]; then
    command "$_usage_program" "$_usage_verb" "$@"
  else
    command "$_usage_program" "$_usage_verb" --project "$_usage_project" "$@"
  fi
}

# The path of the script that sources this, where it is a file and not the shell itself.
_usage_find_script() {
  case $_usage_started_as in
    '' | -*) return 0 ;;
    /*) ;;
    *) _usage_started_as=${PWD-}/${_usage_started_as#./} ;;
  esac
  case ${_usage_started_as##*/} in sh | bash | dash | zsh | ash | ksh | busybox) return 0 ;; esac
  [ ! -f "$_usage_started_as" ] || _usage_script_path=$_usage_started_as
}
_usage_find_script
