# What all shells share, in this order:
#   folders and files      consent      texts as JSON      time and ids
#   writing events         start, feature and end          notice      sender      `usage` itself
#   what is told under USAGE_DEBUG=1 and USAGE_STRICT=1
# Values go from function to function in variables, because a substitution would start a process.
# Every `return` names its status: in a trap, bash would return the status from before the trap.

# --- Folders and files -------------------------------------------------------------------------

# Sets the paths of this project's files. False: only the command can find them.
_usage_find_folders() {
  _usage_find_folder "${USAGE_STATE_DIR-}" "${XDG_STATE_HOME-}" .local/state || return 1
  _usage_state=$_usage_found
  _usage_find_folder "${USAGE_CONFIG_DIR-}" "${XDG_CONFIG_HOME-}" .config || return 1
  _usage_config=$_usage_found
  _usage_directory=$_usage_state/$_usage_folder
  _usage_waiting=$_usage_directory/buffer/new
}

# OWN-VARIABLE XDG-VARIABLE BELOW-HOME: one of the two folders, into _usage_found. A path that is
# not absolute is no folder; one with other bytes than ASCII may be no UTF-8.
_usage_find_folder() {
  case $1,$2,${HOME-} in
    /*) _usage_found=$1 ;;
    ,/*) _usage_found=$2/usage ;;
    ,*,/*)
      _usage_found=$HOME/$3/usage
      # macOS has other folders.
      [ ! -d /System/Library/CoreServices ] || return 1
      ;;
    *) return 1 ;;
  esac
  case $_usage_found in *[!\ -~]*) return 1 ;; esac
}

# PATH: whether anything is there, even a link to nothing.
_usage_exists() { [ -e "$1" ] || [ -L "$1" ]; }

# Whether the commands that these functions use are the shell's own. A script may have functions
# with such names.
_usage_has_builtins() {
  # Most shells tell without a process.
  if typeset -f _usage_has_builtins >/dev/null 2>&1; then
    for _usage_word in \
      : '[' alias cd command eval exec export kill printf read return set shift trap umask unset; do
      ! typeset -f "$_usage_word" >/dev/null 2>&1 || return 1
    done
    return 0
  fi
  case $(
    LC_ALL=C
    type : '[' alias cd command eval exec export kill printf read return set shift trap umask unset
  ) in
    *function*) return 1 ;;
  esac
}

_usage_is_readable_folder() { [ -d "$1" ] && [ -r "$1" ] && [ -x "$1" ]; }

# PATH: the path itself or the nearest folder above it that exists, into _usage_nearest_path.
_usage_find_nearest() {
  _usage_nearest_path=$1
  while ! _usage_exists "$_usage_nearest_path"; do
    _usage_nearest_path=${_usage_nearest_path%/*}
    [ -n "$_usage_nearest_path" ] || _usage_nearest_path=/
  done
}

# PATH LINES: reads a text file into _usage_text. False: it has more lines than that.
_usage_read_file() {
  _usage_text=
  _usage_lines=0
  while IFS= read -r _usage_line || [ -n "$_usage_line" ]; do
    _usage_text=$_usage_text$_usage_line$_usage_newline
    _usage_lines=$((_usage_lines + 1))
    [ "$_usage_lines" -le "$2" ] || return 1
  done <"$1"
}

# Whether this process may write files of 100 KB, and start processes. Where it may not, the kernel
# ends the process that writes, or the shell ends the script: nothing is recorded.
_usage_has_room() {
  {
    read -r _usage_line && read -r _usage_line && read -r _usage_limit && read -r _usage_line &&
      read -r _usage_line && read -r _usage_line && read -r _usage_line && read -r _usage_most
  } </proc/self/limits || return 0
  # Without IFS, which may be readonly.
  _usage_limit=${_usage_limit#*size}
  _usage_limit=${_usage_limit#"${_usage_limit%%[! ]*}"}
  case ${_usage_limit%% *} in ??????*) ;; *) return 1 ;; esac
  _usage_most=${_usage_most#*processes}
  _usage_most=${_usage_most#"${_usage_most%%[! ]*}"}
  _usage_most=${_usage_most%% *}
  case $_usage_most in '' | *[!0-9]*) return 0 ;; esac
  # The processes of all users, then those of this one, if the machine has more than that.
  read -r _usage_rest </proc/loadavg || return 0
  _usage_rest=${_usage_rest#*/}
  [ "$((${_usage_rest%% *} + 16))" -gt "$_usage_most" ] || return 0
  _usage_limit=16
  for _usage_word in /proc/[0-9]*; do
    [ ! -O "$_usage_word" ] || _usage_limit=$((_usage_limit + 1))
  done
  [ "$_usage_limit" -lt "$_usage_most" ]
}

# PATH TEXT: writes one line, by one write, into a file that only its owner can read.
# False: it could not be written, and no file is left.
_usage_write() {
  if {
    IFS= read -r _usage_rest && IFS="$_usage_blanks" read -r _usage_word _usage_mask
  } </proc/self/status && [ "$_usage_word" = Umask: ]; then
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

# --- Consent -----------------------------------------------------------------------------------

# The consent rules in their order. Returns 0: record. 1: record nothing, for the reason in
# _usage_why. 2: only the command can read a file that decides.
_usage_check_consent() {
  _usage_decision=0
  _usage_why='site-policy, decided by /etc/usage'
  _usage_check_site || return 1
  _usage_why='do-not-track, decided by DO_NOT_TRACK'
  ! _usage_is_do_not_track "${DO_NOT_TRACK-}" || return 1
  _usage_why='usage-tracking, decided by USAGE_TRACKING'
  ! _usage_is_opt_out "${USAGE_TRACKING-}" || return 1
  _usage_why='project-variable, decided by the variable of the project'
  ! _usage_is_opt_out_by_own_variable || return 1
  _usage_check_person || return 1
  _usage_why=ci
  [ "$_usage_counts_ci" = yes ] || [ -z "$_usage_ci" ] || return 1
  _usage_why=not-opted-in
  [ "$_usage_asks_first" = no ] || [ -n "$_usage_opt_in" ] || [ "$_usage_decision" = 2 ] || return 1
  _usage_why="state-not-writable: $_usage_state"
  _usage_check_state || return 1
  _usage_why=no-endpoint
  [ "$_usage_has_endpoint" = yes ] || return 1
  # The command allowed this run when it began.
  [ -z "$_usage_command_run" ] || _usage_has_routes || return 0
  return "$_usage_decision"
}

# Whether the site may send events elsewhere: then only the command knows their folder.
_usage_has_routes() {
  _usage_exists /etc/usage/policy.json || return 1
  _usage_read_file /etc/usage/policy.json 9999 || return 0
  case $_usage_text in *inbox* | *endpoint* | *\\*) ;; *) return 1 ;; esac
}

# The site policy. A policy.json is left to the command.
_usage_check_site() {
  _usage_exists /etc/usage || return 0
  _usage_is_readable_folder /etc/usage || return 1
  ! _usage_exists /etc/usage/off || return 1
  if _usage_exists /etc/usage/off.d; then
    _usage_is_readable_folder /etc/usage/off.d || return 1
    ! _usage_exists "/etc/usage/off.d/$_usage_project" || return 1
  fi
  ! _usage_exists /etc/usage/policy.json || _usage_decision=2
}

# The person's opt-outs and opt-in; the opt-in goes to _usage_opt_in: job, person or empty.
_usage_check_person() {
  _usage_opt_in=
  case " ${USAGE_CONSENT-} " in
    *[\ ,]"$_usage_project@$_usage_version"[\ ,]*) _usage_opt_in=job ;;
  esac
  _usage_why="settings-unreadable: $_usage_config"
  if ! _usage_exists "$_usage_config"; then
    _usage_find_nearest "$_usage_config"
    _usage_is_readable_folder "$_usage_nearest_path"
    return "$?"
  fi
  _usage_is_readable_folder "$_usage_config" || return 1
  if _usage_exists "$_usage_config/optout.d"; then
    _usage_is_readable_folder "$_usage_config/optout.d" || return 1
  fi
  _usage_why="user-opt-out, decided by $_usage_config/optout"
  ! _usage_exists "$_usage_config/optout" || return 1
  _usage_why="project-opt-out, decided by $_usage_config/optout.d/$_usage_project"
  ! _usage_exists "$_usage_config/optout.d/$_usage_project" || return 1
  _usage_why="settings-unreadable: $_usage_config"
  ! _usage_exists "$_usage_config/settings.json" || _usage_decision=2
  _usage_exists "$_usage_config/optin.d" || return 0
  _usage_is_readable_folder "$_usage_config/optin.d" || return 1
  _usage_exists "$_usage_config/optin.d/$_usage_project.json" || return 0
  if _usage_read_opt_in "$_usage_config/optin.d/$_usage_project.json"; then
    _usage_opt_in=person
  else
    _usage_decision=2
  fi
}

# PATH: whether this is an opt-in as `usage optin` writes it. Any other is left to the command.
_usage_read_opt_in() {
  [ -f "$1" ] || return 1
  # Its size is checked once in a run, because that starts a process.
  [ -n "$_usage_header" ] || [ -n "$(command find -H "$1" -size -8)" ] || return 1
  _usage_read_file "$1" 8 || return 1
  case $_usage_text in
    '{'*'"yesAt": "'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*'Z",'*'"notBefore": null'*'}'*) ;;
    '{'*'"yesAt": "'[0-9][0-9][0-9][0-9]-*'Z",'*'"notBefore": "'[0-9][0-9][0-9][0-9]-*'Z"'*'}'*) ;;
    *) return 1 ;;
  esac
}

# Whether events can be written, into a folder of this user: a folder that root makes in the home
# of somebody else would lock its owner out.
_usage_check_state() {
  if [ -d "$_usage_waiting" ]; then
    _usage_nearest_path=$_usage_waiting
  else
    _usage_find_nearest "$_usage_waiting"
  fi
  _usage_is_readable_folder "$_usage_nearest_path" && [ -w "$_usage_nearest_path" ] || return 1
  [ -O "$_usage_nearest_path" ] && return 0
  case $_usage_nearest_path in "$_usage_state" | "$_usage_state"/*) return 1 ;; esac
  [ ! -O / ]
}

# --- Texts as JSON -----------------------------------------------------------------------------

# TEXT: the text as it stands inside a JSON string, into _usage_text.
# False: it contains control characters.
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

# TEXT CHARACTERS: a JSON string into _usage_text; null where the text is empty, longer than that
# or contains control characters.
_usage_quote() {
  if [ -n "$1" ] && [ "${#1}" -le "$2" ] && _usage_escape "$1"; then
    _usage_text=\"$_usage_text\"
  else
    _usage_text=null
  fi
}

# TEXT CHARACTERS: whether the text, which seems to be longer, has at most so many characters: a
# shell that counts bytes accepts up to three for each of them, if the text is not ASCII.
_usage_is_short() {
  [ "${#_usage_wide_letter}" != 1 ] && [ "${#1}" -le "$(($2 * 3))" ] || return 1
  case $1 in *[![:print:]]*) return 0 ;; esac
  return 1
}

# --- Time and ids ------------------------------------------------------------------------------

# SECONDS since 1970: their time in UTC, without a process, into _usage_time_text.
_usage_format_time() {
  _usage_days=$(($1 / 86400))
  _usage_second_of_day=$(($1 % 86400))
  [ "$_usage_days" = "${_usage_known_day-}" ] || _usage_format_date "$_usage_days"
  _usage_hour=$((100 + _usage_second_of_day / 3600))
  _usage_minute=$((100 + _usage_second_of_day / 60 % 60))
  _usage_second=$((100 + _usage_second_of_day % 60))
  _usage_time_text=${_usage_date}T${_usage_hour#1}:${_usage_minute#1}:${_usage_second#1}
}

# DAYS since 1970: their date, into _usage_date. The proleptic Gregorian calendar repeats itself
# in eras of 400 years, which are counted from a first of March.
_usage_format_date() {
  _usage_known_day=$1
  _usage_era=$((($1 + 719468) / 146097))
  _usage_day=$(($1 + 719468 - _usage_era * 146097))
  _usage_leap_days=$((_usage_day / 1460 - _usage_day / 36524 + _usage_day / 146096))
  _usage_year=$(((_usage_day - _usage_leap_days) / 365))
  _usage_day=$((_usage_day - (365 * _usage_year + _usage_year / 4 - _usage_year / 100)))
  _usage_month=$(((5 * _usage_day + 2) / 153))
  _usage_day=$((101 + _usage_day - (153 * _usage_month + 2) / 5))
  _usage_year=$((_usage_year + _usage_era * 400 + (_usage_month < 10 ? 0 : 1)))
  _usage_month=$((103 + _usage_month - (_usage_month < 10 ? 0 : 12)))
  _usage_date=$_usage_year-${_usage_month#1}-${_usage_day#1}
}

# The clock that never jumps, in hundredths of a second, into _usage_hundredths; empty where the
# system has none.
_usage_read_uptime() {
  _usage_hundredths=
  IFS=' ' read -r _usage_word _usage_rest </proc/uptime || return 0
  _usage_rest=${_usage_word#*.}
  _usage_word=${_usage_word%.*}
  case $_usage_word$_usage_rest in '' | *[!0-9]*) return 0 ;; esac
  case $_usage_rest in ??) _usage_hundredths=$((_usage_word * 100 + 1$_usage_rest - 100)) ;; esac
}

# Microseconds since 1970 into _usage_microseconds; empty where the shell has no clock. In some
# locales its value has a comma.
_usage_read_clock() {
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

# Seconds since 1970 into _usage_epoch. Where the shell has no clock this starts a process.
_usage_read_seconds() {
  _usage_read_clock
  _usage_epoch=${_usage_microseconds%??????}
  [ -n "$_usage_epoch" ] || _usage_epoch=$(command date +%s)
  case $_usage_epoch in '' | *[!0-9]*) return 1 ;; esac
}

# The time of an event into _usage_time, and its id into _usage_id. Without a clock the time is
# null, which means the time of the file.
_usage_stamp() {
  _usage_read_clock
  _usage_time=null
  if [ -n "$_usage_microseconds" ]; then
    _usage_format_time "${_usage_microseconds%??????}"
    _usage_rest=${_usage_microseconds#??????????}
    _usage_time=\"$_usage_time_text.${_usage_rest%???}Z\"
  fi
  _usage_new_id
}

# An id of the kernel or, where the kernel makes none, of a program, into _usage_id.
_usage_random_id() {
  IFS= read -r _usage_id </proc/sys/kernel/random/uuid || _usage_id=$(command uuidgen) || return 1
  _usage_is_id "$_usage_id"
}

_usage_is_id() {
  case $1 in
    *[!0-9a-fA-F-]*) return 1 ;;
    ????????-????-????-????-????????????) ;;
    *) return 1 ;;
  esac
}

# --- Writing events ----------------------------------------------------------------------------

# What every event of the run contains: its header, and what never leaves this machine.
_usage_describe() {
  _usage_quote_line /proc/sys/kernel/hostname 255
  _usage_local='"local":{"host":'$_usage_text',"machineId":null,"bootId":'
  _usage_quote_line /proc/sys/kernel/random/boot_id 64
  _usage_local=$_usage_local$_usage_text',"script":'
  _usage_quote "$_usage_app_version" 64
  [ "$_usage_text" != null ] || [ -z "$_usage_app_version" ] ||
    _usage_leave_out 'version: must be a text of at most 64 characters'
  _usage_header='"header":{"application":'$_usage_application',"version":'$_usage_text
  _usage_quote "$_usage_ci" 64
  _usage_header=$_usage_header',"os":null,"ci":'$_usage_text
  _usage_quote "$_usage_agent" 32
  _usage_header=$_usage_header',"agent":'$_usage_text
  _usage_quote "$_usage_scheduler" 64
  _usage_header=$_usage_header',"scheduler":'$_usage_text'}'
}

# PATH CHARACTERS: the first line of a file as a JSON string, or null, into _usage_text.
_usage_quote_line() {
  _usage_text=null
  ! IFS= read -r _usage_word <"$1" || _usage_quote "$_usage_word" "$2"
}

# [again]: makes the folder and the project file in it before the first event, and the file again
# at the start of a run, if the project has changed.
_usage_prepare() {
  [ -d "$_usage_waiting" ] || (umask 077 && command mkdir -p "$_usage_waiting") || return 1
  _usage_project_file=$_usage_directory/project.json
  if [ -f "$_usage_project_file" ]; then
    [ "${1-}" = again ] || return 0
    if _usage_read_file "$_usage_project_file" 100000 &&
      [ "$_usage_text" = "$_usage_document" ]; then
      return 0
    fi
  fi
  (
    umask 077
    _usage_temporary=$_usage_directory/.project.json.$_usage_id.tmp
    printf '%s' "$_usage_document" >"$_usage_temporary" &&
      command mv -f "$_usage_temporary" "$_usage_project_file"
  )
}

# REASON [COUNT]: counts an event or values that are not recorded, as the command does.
_usage_drop() {
  _usage_drops=$_usage_directory/drops
  [ -d "$_usage_drops" ] || (umask 077 && command mkdir -p "$_usage_drops") || return 0
  _usage_text='{"reason":"'$1'","count":'${2:-1}',"time":'$_usage_time'}'
  _usage_write "$_usage_drops/$_usage_id.$1.json" "$_usage_text"
}

# REASON: counts the event that would be next.
_usage_drop_event() {
  _usage_drop "$1"
  _usage_why=
}

# [again]: checks consent and prepares what every event needs. False: nothing is recorded here;
# if _usage_outcome is `ask`, the command has to decide and record. _usage_why is not empty until
# the event is written.
_usage_begin() {
  _usage_outcome=
  [ -z "${USAGE_SENDER-}" ] || return 1
  _usage_why=mpi-rank
  _usage_is_counted_rank || return 1
  [ -n "$_usage_header" ] || _usage_surroundings
  _usage_why=$_usage_blocked_text
  [ -z "$_usage_is_blocked" ] && _usage_has_room || return 1
  if ! _usage_find_folders; then
    _usage_outcome=ask
    return 1
  fi
  _usage_check_consent || {
    [ "$?" != 2 ] || _usage_outcome=ask
    return 1
  }
  _usage_why="not-written: $_usage_waiting"
  _usage_stamp || return 1
  _usage_prepare "${1-}" || return 1
  [ -n "$_usage_header" ] || _usage_describe
}

# EVENT: writes it into the buffer, and the count of its values that were left out.
_usage_record() {
  _usage_write "$_usage_waiting/$_usage_id.json" "$1" || return 1
  _usage_why=
  [ "$_usage_left_out" = 0 ] || _usage_drop undeclared-field "$_usage_left_out"
  _usage_left_out=0
}

# --- Start, feature and end --------------------------------------------------------------------

# [VERSION]
_usage_start() {
  _usage_app_version=${1-}
  _usage_header=
  _usage_command_run=
  _usage_ended=
  _usage_run=
  _usage_started=yes
  _usage_is_blocked=
  _usage_has_builtins && _usage_has_room || _usage_is_blocked=yes
  _usage_begin again || return 0
  [ "$#" -le 1 ] || _usage_leave_out 'usage_start: must have one argument, the version'
  _usage_new_run=$_usage_id
  _usage_read_uptime
  _usage_start_uptime=$_usage_hundredths
  _usage_stamp || return 0
  _usage_event='{"format":1,"id":"'$_usage_id'","type":"start","run":"'$_usage_new_run'","time":'
  _usage_event=$_usage_event$_usage_time',"repeat":0,"fields":{},'
  _usage_quote "$_usage_script_path" 1000
  _usage_event=$_usage_event$_usage_header,$_usage_local$_usage_text'}}'
  _usage_record "$_usage_event" || return 0
  _usage_open_run "$_usage_new_run"
  _usage_check_notice start
  _usage_send start
}

# NAME [TYPE]
_usage_feature() {
  _usage_begin || return 0
  _usage_name=${1-}
  _usage_type=${2:-Feature}
  if [ -z "$_usage_name" ]; then
    _usage_note USAGE_WRONG_USE 'usage_feature: a name is required'
    _usage_drop_event wrong-use
    return 0
  fi
  [ "$#" -le 2 ] || _usage_leave_out 'usage_feature: must have a name and a type'
  [ "${#_usage_name}" -le 128 ] || _usage_is_short "$_usage_name" 128 || _usage_name=
  # Without a call of a function where nothing is told: this is a loop of a script.
  case ${USAGE_DEBUG-}${USAGE_STRICT-} in *1*) _usage_check_feature "$1" ;; esac
  if [ -z "$_usage_name" ] || [ "${#_usage_type}" -gt 64 ] || ! _usage_escape "$_usage_name"; then
    _usage_drop_event undeclared-feature
    return 0
  fi
  _usage_name=$_usage_text
  if ! _usage_escape "$_usage_type"; then
    _usage_drop_event undeclared-feature
    return 0
  fi
  _usage_find_run
  _usage_event='{"format":1,"id":"'$_usage_id'","type":"feature","run":'$_usage_event_run',"time":'
  _usage_event=$_usage_event$_usage_time',"name":"'$_usage_name'","featureType":"'$_usage_text'",'
  _usage_event=$_usage_event$_usage_header,$_usage_local'null}}'
  _usage_record "$_usage_event" || return 0
  _usage_check_notice feature
}

# CODE SIGNAL
_usage_end() {
  [ -z "$_usage_ended" ] || return 0
  _usage_begin || return 0
  _usage_read_duration
  _usage_code=$1
  case $_usage_code in
    '') _usage_code=null ;;
    *[!0-9]* | ????* | 0?*)
      _usage_code=null
      _usage_leave_out 'exit code: must be a number from 0 to 999' "$1"
      ;;
  esac
  _usage_event_run=null
  [ -z "$_usage_run" ] || _usage_event_run=\"$_usage_run\"
  [ -n "$_usage_run" ] || _usage_note USAGE_UNPAIRED 'usage_end: must follow usage_start'
  _usage_event='{"format":1,"id":"'$_usage_id'","type":"end","run":'$_usage_event_run',"time":'
  _usage_event=$_usage_event$_usage_time',"durationSeconds":'$_usage_seconds
  _usage_event=$_usage_event',"exitCode":'$_usage_code',"signal":'${2:-null}',"fields":{},'
  _usage_event=$_usage_event$_usage_header,$_usage_local'null}}'
  _usage_record "$_usage_event" || return 0
  _usage_close_run
  _usage_check_notice end
  _usage_send end
}

# Seconds since the start of this shell's run, or null, into _usage_seconds.
_usage_read_duration() {
  _usage_seconds=null
  [ -n "$_usage_run" ] && [ -n "$_usage_start_uptime" ] || return 0
  _usage_read_uptime
  [ -n "$_usage_hundredths" ] || return 0
  _usage_hundredths=$((_usage_hundredths - _usage_start_uptime))
  [ "$_usage_hundredths" -ge 0 ] || return 0
  _usage_rest=$((_usage_hundredths / 10 % 10))$((_usage_hundredths % 10))
  _usage_seconds=$((_usage_hundredths / 100)).$_usage_rest
}

# ID: the run of this shell begins.
_usage_open_run() {
  _usage_run=$1
  _usage_outer_run=${USAGE_RUN_ID-}
  _usage_outer_scope=${USAGE_RUN_SCOPE-}
  # In two steps: under `set -k`, bash takes an assignment for the environment of `export`.
  USAGE_RUN_ID=$1
  USAGE_RUN_SCOPE=$$:${_usage_directory-}
  export USAGE_RUN_ID USAGE_RUN_SCOPE
}

# The run of this shell has ended: the two variables are again what they were before.
_usage_close_run() {
  [ -n "$_usage_run" ] || return 0
  _usage_run=
  _usage_ended=yes
  USAGE_RUN_ID=$_usage_outer_run
  USAGE_RUN_SCOPE=$_usage_outer_scope
  [ -n "$_usage_outer_run" ] || unset USAGE_RUN_ID
  [ -n "$_usage_outer_scope" ] || unset USAGE_RUN_SCOPE
}

# The run of this shell, else of a caller of the same project, as JSON into _usage_event_run.
_usage_find_run() {
  _usage_event_run=$_usage_run
  case $_usage_event_run:${USAGE_RUN_SCOPE-} in
    :*:"${_usage_directory-}") _usage_event_run=${USAGE_RUN_ID-} ;;
  esac
  if _usage_is_id "$_usage_event_run"; then
    _usage_event_run=\"$_usage_event_run\"
  else
    _usage_event_run=null
    _usage_note USAGE_UNPAIRED 'usage_feature: no run is open'
  fi
}

# --- Notice ------------------------------------------------------------------------------------

# start, feature or end: decides whether the notice is due, by _usage_outcome. A later start
# opens sending.
_usage_check_notice() {
  [ "$_usage_opt_in" != job ] || return 0
  _usage_marker=$_usage_directory/notice-$_usage_version
  [ ! -e "$_usage_marker.open" ] || return 0
  if [ -e "$_usage_marker" ]; then
    [ "$1" != start ] || ! _usage_may_open_sending || (umask 077 && : >"$_usage_marker.open")
    return 0
  fi
  _usage_outcome=say
}

# Whether the notice was shown at least a minute ago, and by another process. A time that is more
# than a minute in the future is that of a wrong clock.
_usage_may_open_sending() {
  _usage_read_file "$_usage_marker" 2 || return 1
  case $_usage_text in '{"shownAt":"'????-??-??T??:??:??*) ;; *) return 1 ;; esac
  _usage_find_caller
  case $_usage_text in *"$_usage_caller"*) return 1 ;; esac
  _usage_text=${_usage_text#'{"shownAt":"'}
  _usage_text=${_usage_text%%[.Z]*}
  _usage_read_seconds || return 1
  _usage_keep_digits "$_usage_text"
  _usage_shown=$_usage_text
  _usage_format_time "$((_usage_epoch - 60))"
  _usage_keep_digits "$_usage_time_text"
  [ "$_usage_shown" -gt "$_usage_text" ] || return 0
  _usage_format_time "$((_usage_epoch + 60))"
  _usage_keep_digits "$_usage_time_text"
  [ "$_usage_shown" -ge "$_usage_text" ]
}

# TIME: its digits alone, into _usage_text.
_usage_keep_digits() {
  _usage_text=
  _usage_tail=$1
  while [ -n "$_usage_tail" ]; do
    case $_usage_tail in
      [0-9]*) _usage_text=$_usage_text${_usage_tail%"${_usage_tail#?}"} ;;
    esac
    _usage_tail=${_usage_tail#?}
  done
}

# This shell, as the marker of the notice names its caller, into _usage_caller. The start time is
# the 22nd word of `stat`; the name of the program, the second one, may contain blanks.
_usage_find_caller() {
  _usage_caller='"caller":null'
  IFS= read -r _usage_line <"/proc/$$/stat" || return 0
  _usage_line=${_usage_line##*') '}
  for _usage_word in 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21; do
    _usage_line=${_usage_line#* }
  done
  _usage_caller='"caller":{"pid":'$$',"startTime":"'${_usage_line%% *}'"}'
}

# Prints the notice to standard error, where somebody can see it. A closed pipe kills no script.
_usage_show_notice() {
  [ -e /dev/fd/2 ] || return 0
  [ ! -c /dev/fd/2 ] || [ -t 2 ] || return 0
  _usage_mark_notice 2>/dev/null || return 0
  _usage_text=$_usage_notice_head
  [ -z "$_usage_is_ci" ] || _usage_text=$_usage_ci_notice_head
  if _usage_find_program; then
    _usage_text="$_usage_text
  To see it: usage status
  To stop it: usage optout $_usage_project
  or "
  else
    _usage_text="$_usage_text
  To stop it: "
  fi
  _usage_text="$_usage_text$_usage_notice_end
    $_usage_config/optout.d/$_usage_project"
  (printf '%s\n' "$_usage_text" >&2) || command rm -f "$_usage_marker"
}

# Makes the marker that the notice is shown now. False: another process has made it.
_usage_mark_notice() {
  _usage_read_seconds || return 1
  _usage_format_time "$_usage_epoch"
  _usage_find_caller
  _usage_text='{"shownAt":"'$_usage_time_text'.000Z",'$_usage_caller'}'
  (umask 077 && set -C && printf '%s\n' "$_usage_text" >"$_usage_marker")
}

# --- Sender, and `usage` itself ----------------------------------------------------------------

# The name of the program into _usage_program; false where it is not installed. Many scripts have
# a function that is called usage: always call the program by `command`.
_usage_find_program() {
  _usage_program=
  ! command -v usage >/dev/null || _usage_program=usage
  ! command -v usage-reporter >/dev/null || _usage_program=usage-reporter
  [ -n "$_usage_program" ]
}

# start or end: starts the sender in the background, if sending is allowed and there is a program
# that can send.
_usage_send() {
  [ -n "$_usage_is_ci" ] || [ "$_usage_opt_in" = job ] ||
    [ -e "$_usage_directory/notice-$_usage_version.open" ] || return 0
  [ "$1" = end ] || [ ! -e "$_usage_directory/sender.lock" ] || return 0
  _usage_find_program || return 0
  (
    exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
    USAGE_STATE_DIR=$_usage_state
    USAGE_CONFIG_DIR=$_usage_config
    export USAGE_STATE_DIR USAGE_CONFIG_DIR
    cd / || exit 0
    set -- flush --background --project-file "$_usage_directory/project.json"
    command "$_usage_program" "$@" </dev/null >/dev/null 2>&1 &
  )
}

# COMMAND ARGUMENT...: has the program record, because it can read what these functions cannot.
_usage_ask_command() {
  _usage_find_program || {
    _usage_why='a file that only the program usage can read, which is not installed'
    return 0
  }
  _usage_why=
  _usage_verb=$1
  shift
  if [ -e "${_usage_directory-}/project.json" ]; then
    set -- --project-file "$_usage_directory/project.json" "$@"
  elif [ -z "${USAGE_PROJECT_FILE-}" ]; then
    set -- --project "$_usage_project" "$@"
  fi
  command "$_usage_program" "$_usage_verb" "$@"
}

# The path of the script that sources this file, if it is a file and not the shell itself.
_usage_find_script() {
  case $_usage_started_as in
    '' | -*) return 0 ;;
    /*) ;;
    *) _usage_started_as=${PWD-}/${_usage_started_as#./} ;;
  esac
  case ${_usage_started_as##*/} in sh | bash | dash | zsh | ash | ksh | busybox) return 0 ;; esac
  [ ! -f "$_usage_started_as" ] || _usage_script_path=$_usage_started_as
  _usage_name_script
}

# --- What is told under USAGE_DEBUG=1 and USAGE_STRICT=1 ------------------------------------------

# CODE TEXT [VALUE]: notes wrong use of a function.
_usage_note() {
  _usage_wrong="$_usage_wrong${_usage_newline}usage: $1: $2"
  [ -z "${3-}" ] || ! _usage_escape "$3" || _usage_wrong="$_usage_wrong, got \"$_usage_text\""
}

# TEXT [VALUE]: a value that an event is recorded without. It is counted with the event.
_usage_leave_out() {
  _usage_note USAGE_WRONG_USE "$@"
  _usage_left_out=$((_usage_left_out + 1))
}

# Notes a feature that the project does not declare. It is dropped when a report is made.
_usage_check_feature() {
  _usage_is_declared "$_usage_type" "${_usage_name:-$1}" ||
    _usage_note USAGE_UNDECLARED_FEATURE "must be a declared feature of type $_usage_type" "$1"
}

# Prints what a call has not recorded, unless its last lines were the same, for 100 calls at most.
# Wrong use under USAGE_STRICT=1 also makes the function return 2.
_usage_tell() {
  _usage_text=$_usage_wrong
  if [ "${USAGE_DEBUG-}" = 1 ]; then
    [ -z "$_usage_why" ] ||
      _usage_text="$_usage_text${_usage_newline}usage: not recorded: $_usage_why"
  else
    [ "${USAGE_STRICT-}" = 1 ] || return 0
  fi
  [ -z "$_usage_wrong" ] || [ "${USAGE_STRICT-}" != 1 ] || _usage_failed=yes
  [ -n "$_usage_text" ] && [ "$_usage_text" != "${_usage_told-}" ] || return 0
  _usage_told=$_usage_text
  _usage_times=$((${_usage_times:-0} + 1))
  [ "$_usage_times" -lt 100 ] || _usage_text="${_usage_newline}usage: more lines are not shown"
  [ "$_usage_times" -le 100 ] || return 0
  # A function of the script may have the name of a builtin.
  case $_usage_is_blocked in
    '') (printf '%s\n' "${_usage_text#?}" >&2) ;;
    *) (/bin/echo "${_usage_text#?}" >&2) ;;
  esac || :
}

# Whether there is a run that a trap can end.
_usage_has_run() {
  [ -z "$_usage_run" ] || return 0
  [ -n "$_usage_started" ] || _usage_note USAGE_WRONG_USE 'usage_trap: must follow usage_start'
  return 1
}
