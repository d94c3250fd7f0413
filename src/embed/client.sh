#!/bin/sh
# shellcheck shell=dash disable=SC1003,SC2012,SC2015,SC2016,SC2030,SC2031,SC2034,SC2064,SC2086,SC2089,SC2090,SC2154,SC2319,SC3028
# Counts the use of @PROJECT@. Made by `usage embed --lang sh`: make it anew when the project file changes.
#   . "$(dirname "$0")/usage.sh"               bash, zsh, dash, busybox and other POSIX shells; this file beside your script
#   usage_start 1.4.0                          a run starts, of that version of your program; child processes find it in USAGE_RUN_ID
#   usage_feature Solver.explicit Algorithm    a feature was used: NAME [TYPE]
#   trap 'usage_end "$?"' EXIT                 it ends when the script does; or call usage_end [CODE [SIGNAL]] where it ends
# `sh usage.sh preview` shows what would be sent, `sh usage.sh consent` whether anything is recorded. Writes small files and returns: no
# network, no failure, nothing printed but a notice, once. Files and rules are those of the program `usage`, which may work beside it.
@CONSTANTS@
[ "${_u_loaded-}" = "$$ $_u_folder" ] ||
  _u_loaded="$$ $_u_folder" _u_run='' _u_ended='' _u_header='' _u_outer='' _u_shown='' _u_pending=0 _u_looked=0
_u_zero=${ZSH_ARGZERO-$0} _u_status=0 _u_blanks=' 	' _u_newline='
'
# Where things lie, and how they are read: without a process.
_u_place() { # OWN-VARIABLE XDG-VARIABLE BELOW-HOME ON-A-MAC
  case $1 in /*) _u_placed=$1 && return 0 ;; ?*) _u_placed=$PWD/$1 && return 0 ;; esac; case $2 in /*) _u_placed=$2/usage && return 0 ;; esac
  [ ! -d /System/Library/CoreServices ] || set -- '' '' "Library/$4"; case ${HOME-} in /*) _u_placed=$HOME/$3/usage ;; *) return 1 ;; esac; }
_u_places() { _u_place "${USAGE_STATE_DIR-}" "${XDG_STATE_HOME-}" .local/state 'Application Support' && _u_state=$_u_placed &&
    _u_place "${USAGE_CONFIG_DIR-}" "${XDG_CONFIG_HOME-}" .config Preferences && _u_config=$_u_placed &&
    _u_own=$_u_state/$_u_folder && _u_new=$_u_own/buffer/new _u_sending=$_u_own/buffer/sending; }
_u_nearest() { # The first of a path and the folders above it where anything is, be it a link that leads nowhere.
  _u_near=$1; until [ -e "$_u_near" ] || [ -L "$_u_near" ]; do _u_near=${_u_near%/*} && _u_near=${_u_near:-/}; done; }
_u_there() { # 0: there is something. 1: there is nothing. 2: it cannot be known.
  _u_nearest "$1" && [ "$_u_near" != "$1" ] || return 0; [ -d "$_u_near" ] && [ -x "$_u_near" ] && return 1 || return 2; }
_u_writable() { # False too in a folder of somebody else: what root made would shut its owner out.
  _u_nearest "$1" && [ -d "$_u_near" ] && [ -r "$_u_near" ] && [ -w "$_u_near" ] && [ -x "$_u_near" ] || return 1
  [ -O "$_u_near" ] || { [ "${#_u_near}" -lt "${#_u_state}" ] && [ ! -O / ]; }; }
_u_read() { # FILE: into _u_text. False: it is not a file, cannot be read, or is long.
  _u_text='' _u_lines=0 && [ -f "$1" ] && [ -r "$1" ] || return 1
  while IFS= read -r _u_line || [ -n "$_u_line" ]; do _u_text=$_u_text$_u_line$_u_newline _u_lines=$((_u_lines + 1)) && [ "$_u_lines" -le 9999 ] || return 1; done <"$1"; }
_u_object() { # FILE FUNCTION: tells the values of an object. True too where there is no file; false where it cannot be understood.
  _u_there "$1"; [ $? = 1 ] || { _u_read "$1" && _u_json "$_u_text" "$2" && [ "${_u_top#'{'}" != "$_u_top" ]; }; }
_u_json() { # TEXT FUNCTION: calls FUNCTION PATH VALUE for each value, words as they are written. False: it is no JSON, or none that is understood.
  _u_rest=$1 _u_at='' _u_in=- _u_want=v _u_top='' _u_steps=0 && [ "${#1}" -le 32768 ] || return 1
  while _u_steps=$((_u_steps + 1)) && [ "$_u_steps" -le 2000 ] && [ "${#_u_in}" -le 32 ]; do _u_rest=${_u_rest#"${_u_rest%%[!"$_u_blanks$_u_newline"]*}"}; _u_top=${_u_top:-$_u_rest}
    case $_u_want${_u_in%"${_u_in#?}"},$_u_rest in
      n-,) return 0 ;; 'n{,,'*) _u_want=k ;; 'n[,,'*) _u_at=${_u_at%/*}/$((${_u_at##*/} + 1)) _u_want=v ;;
      [nK]'{,}'* | [nV]'[,]'*) _u_at=${_u_at%/*} _u_in=${_u_in#?} _u_want=n ;;
      [kK]'{,"'*)
        _u_string && case $_u_word in *[/\\]*) return 1 ;; *) _u_word=${_u_word%?} ;; esac || return 1
        _u_at=${_u_at%/*}/${_u_word#?} _u_want=c && continue ;;
      c?,:*) _u_want=v ;; [vV]?,'{'*) $2 "$_u_at" '{' && _u_in='{'$_u_in _u_at=$_u_at/ _u_want=K ;;
      [vV]?,'['*) $2 "$_u_at" '[' && _u_in='['$_u_in _u_at=$_u_at/0 _u_want=V ;;
      [vV]?,'"'*) _u_string && $2 "$_u_at" "$_u_word" && _u_want=n && continue || return 1 ;;
      [vV]?,*)
        _u_word=${_u_rest%%[],\}"$_u_blanks$_u_newline"]*}; case $_u_word in true | false | null) ;; '' | *[!0-9eE.+-]* | *[!0-9] | 0[0-9]*) return 1 ;; esac
        _u_rest=${_u_rest#"$_u_word"} && $2 "$_u_at" "$_u_word" && _u_want=n && continue ;;
      *) return 1 ;; esac; _u_rest=${_u_rest#?}; done; return 1; }
_u_string() { # The string that _u_rest begins with goes to _u_word, with its quotes.
  _u_word='"' _u_rest=${_u_rest#?}
  while :; do _u_head=${_u_rest%%[\"\\]*} && _u_rest=${_u_rest#"$_u_head"} _u_word=$_u_word$_u_head
    case $_u_rest in
      '"'*) _u_rest=${_u_rest#?} _u_word=$_u_word'"' && break ;; \\?*) _u_head=${_u_rest#??} && _u_word=$_u_word${_u_rest%"$_u_head"} _u_rest=$_u_head ;;
      *) return 1 ;; esac; done; case $_u_word in *[[:cntrl:]]*) return 1 ;; esac; }
# Consent: every rule can only say no; the first that does is the reason. In doubt: no.
_u_no() { _u_reason=$1 _u_decided=${2-} && return 1; }
_u_site() { for _u_path in /etc/usage/off "/etc/usage/off.d/$_u_project"; do _u_there "$_u_path"; [ $? = 1 ] || _u_no site-policy "$_u_path" || return 1; done
  _u_off='' && _u_object /etc/usage/policy.json _u_policy && [ -z "$_u_off" ] || _u_no site-policy /etc/usage/policy.json; }
_u_policy() { # PATH VALUE
  case $1,$2 in
    '/notice,"given"') _u_given=yes ;;
    '/projects,{' | '/tracking,"on"' | /tracking,true | "/projects/$_u_project,{" | "/projects/$_u_project"*',"on"' | "/projects/$_u_project"*,true) ;;
    /projects,* | /tracking,* | "/projects/$_u_project,"* | "/projects/$_u_project/tracking,"*) _u_off=yes ;; esac; }
_u_says() { # KIND VALUE: whether a variable says no: any word but some, in any case and with spaces around it
  _u_word=${2#"${2%%[![:space:]]*}"} && _u_word=${_u_word%"${_u_word##*[![:space:]]}"}
  case $1,$_u_word in *, | not,0 | not,[Ff][Aa][Ll][Ss][Ee] | use,1 | use,[Tt][Rr][Uu][Ee] | use,[Oo][Nn] | use,[Yy][Ee][Ss]) return 1 ;; esac; }
_u_answer() { case $1 in /yesAt) _u_yes=$2 ;; /notBefore) _u_before=$2 ;; esac; }
_u_consent() { # True: events are recorded, and _u_leaves says whether they may leave now. False: _u_reason says why.
  _u_given='' _u_yes='' _u_before='' _u_readable=yes _u_leaves='' _u_reason=allowed _u_decided=''; _u_places || _u_no state-not-writable || return 1
  _u_site || return 1; ! _u_says not "${DO_NOT_TRACK-}" || _u_no do-not-track DO_NOT_TRACK || return 1
  ! _u_says use "${USAGE_TRACKING-}" || _u_no usage-tracking USAGE_TRACKING || return 1
  ! _u_says use "${@VARIABLE@-}" || _u_no project-variable @VARIABLE@ || return 1
  for _u_path in "user-opt-out $_u_config/optout" "project-opt-out $_u_config/optout.d/$_u_project"; do
    _u_there "${_u_path#* }"; case $? in 0) _u_no "${_u_path%% *}" "${_u_path#* }" || return 1 ;; 2) _u_readable='' ;; esac
  done; _u_nearest "$_u_config" && [ -d "$_u_near" ] && _u_object "$_u_config/settings.json" : || _u_readable=''
  _u_path=$_u_config/optin.d/$_u_project.json && _u_object "$_u_path" _u_answer && [ -n "$_u_yes" ] || _u_there "$_u_path"
  case $?,$_u_yes in 1, | ?,\"[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*) ;; *) _u_readable='' _u_yes='' ;; esac; _u_surroundings
  [ "$_u_counts_ci" = yes ] || [ -z "$_u_ci" ] || _u_no ci "$_u_ci" || return 1
  case " ${USAGE_CONSENT-} " in *[,$_u_blanks$_u_newline]"$_u_project@$_u_version"[,$_u_blanks$_u_newline]*) _u_yes=job ;; esac
  [ "$_u_asks_first" = no ] || [ -n "$_u_yes" ] || _u_no not-opted-in || return 1; [ -n "$_u_readable" ] || _u_no settings-unreadable || return 1
  _u_writable "$_u_new" && _u_writable "$_u_own/runs" || _u_no state-not-writable || return 1
  [ "$_u_yes" != job ] && [ -z "$_u_given$_u_ci" ] && [ ! -e "$_u_own/notice-$_u_version.open" ] || _u_leaves=yes; }
# Recording: one line by one write straight to its name, without a process where the kernel makes ids and tells the mask.
_u_is_id() { case $1 in *[!0-9a-fA-F-]*) return 1 ;; ????????-????-????-????-????????????) ;; *) return 1 ;; esac; }
_u_make_id() { { IFS= read -r _u_id </proc/sys/kernel/random/uuid || _u_id=$(command uuidgen); } && _u_is_id "$_u_id"; }
_u_folder() { [ -d "$1" ] || (umask 077 && command mkdir -p "$1"); }
_u_write() { # PATH TEXT: a file for its owner alone. False: it could not be written, and is not there.
  if { IFS= read -r _u_rest && IFS=$_u_blanks read -r _u_word _u_mask; } </proc/self/status && [ "$_u_word" = Umask: ]; then
    umask 077; { printf '%s\n' "$2" >|"$1"; } && umask "$_u_mask" && return 0; umask "$_u_mask"
  elif (umask 077 && printf '%s\n' "$2" >|"$1"); then return 0; fi; command rm -f "$1" && return 1; }
_u_drop() { # REASON [ID]: counts one event that is not sent
  _u_lost=${2-} && { [ -n "$_u_lost" ] || { _u_make_id && _u_lost=$_u_id; }; } && _u_folder "$_u_own/drops" &&
    _u_write "$_u_own/drops/$_u_lost.$1.json" '{"reason":"'"$1"'","count":1,"time":null}'; }
_u_plain() { # TEXT LENGTH: a JSON string into _u_text; null for what would have to be escaped
  case $1 in '' | *[[:cntrl:]]* | *[\"\\]*) _u_text=null ;; *) [ "${#1}" -le "$2" ] && _u_text="\"$1\"" || _u_text=null ;; esac; }
_u_uptime() { # Hundredths of a second of the clock that never jumps; empty where there is none.
  _u_ticks='' && IFS=' ' read -r _u_word _u_rest </proc/uptime || return 0
  case $_u_word in *[!0-9.]*) ;; ?*.??) _u_ticks=$((${_u_word%.*} * 100 + 1${_u_word#*.} - 100)) ;; esac; }
_u_describe() { # VERSION: what every event says, and what never leaves this machine; one process, once for a run
  _u_system=$(command uname -srm) _u_host='' _u_boot='' _u_machine=''; IFS= read -r _u_host </proc/sys/kernel/hostname || _u_host=$(command uname -n)
  IFS= read -r _u_boot </proc/sys/kernel/random/boot_id || :; IFS= read -r _u_machine </var/lib/dbus/machine-id || IFS= read -r _u_machine </etc/machine-id || :
  case $_u_machine in *[!0-9a-f]*) _u_machine='' ;; ????????????????????????????????) ;; *) _u_machine='' ;; esac
  _u_plain "$_u_host" 255 && _u_local='"local":{"host":'$_u_text && _u_plain "$_u_machine" 64 && _u_local=$_u_local',"machineId":'$_u_text
  _u_plain "$_u_boot" 64 && _u_local=$_u_local',"bootId":'$_u_text',"script":'; _u_word=${_u_system##* } _u_rest=${_u_system#* } && _u_head=${_u_rest#*.}
  case $_u_word in x86_64) _u_word=x64 ;; aarch64) _u_word=arm64 ;; i[3-6]86) _u_word=ia32 ;; esac
  _u_rest='"os":{"name":"'${_u_system%% *}'","version":"'${_u_rest%%.*}.${_u_head%%[!0-9]*}'","arch":"'$_u_word'","readable":null}'
  _u_plain "$_u_ci" 64 && _u_rest=$_u_rest',"ci":'$_u_text && _u_plain "$_u_scheduler" 64 && _u_rest=$_u_rest',"scheduler":'$_u_text
  case $1 in *[!\ -~]*) _u_text=null ;; *) _u_plain "$1" 64 ;; esac
  _u_header='"header":{"application":'$_u_application',"version":'$_u_text',"commit":null,"component":null,'$_u_rest'}'; }
_u_begin() { # VERSION or nothing. False: nothing is recorded here.
  [ -z "${USAGE_SENDER-}" ] && _u_is_counted_rank || return 1; _u_consent && _u_folder "$_u_new" && { [ -n "$_u_header" ] || _u_describe "${1-}"; } && return 0
  case $_u_reason in site-policy | do-not-track | *-tracking | *-variable | *-opt-out) ;; *) return 1 ;; esac
  [ -d "$_u_own" ] && for _u_path in "$_u_new"/*.json "$_u_own"/runs/*.json "$_u_sending"/*/*.json; do # After a no nothing waits.
    _u_word=${_u_path##*/} && [ -f "$_u_path" ] || continue; case $_u_path in */buffer/*) _u_drop opted-out "${_u_word%.json}" ;; esac && command rm -f "$_u_path"; done && return 1
}
_u_put() { _u_make_id && _u_write "$_u_new/$_u_id.json" "$_u_by\"id\":\"$_u_id\",$1,$_u_header,$_u_local$2}}" || return 1; case $_u_id in *00) (_u_quota) ;; esac; } # EVENT SCRIPT
_u_started() { # VERSION
  _u_header='' _u_ended='' _u_run='' _u_script='' && _u_begin "${1-}" || return 0; _u_wanted=$(printf %b. "$_u_document") && _u_wanted=${_u_wanted%??}
  { _u_read "$_u_own/project.json" && [ "$_u_text" = "$_u_wanted$_u_newline" ]; } ||
    { _u_write "$_u_own/.project.json.sh" "$_u_wanted" && command mv -f "$_u_own/.project.json.sh" "$_u_own/project.json"; }
  case $_u_zero in -* | sh | bash | dash | zsh) ;; /*) _u_script=$_u_zero ;; *) [ ! -f "$_u_zero" ] || _u_script=$PWD/${_u_zero#./} ;; esac
  _u_make_id && _u_begun=$_u_id && _u_plain "$_u_script" 700
  _u_put '"type":"start","run":"'$_u_begun'","time":null,"script":null,"repeat":0,"fields":{}' "$_u_text" || return 0
  _u_outer=${USAGE_RUN_ID-} _u_run=$_u_begun USAGE_RUN_ID=$_u_begun && export USAGE_RUN_ID; _u_uptime && _u_begun=$_u_ticks && _u_go start; }
_u_featured() { # NAME [TYPE]
  _u_begin && _u_of=null || return 0; _u_is_feature "${2:-Feature}" "${1-}" || { _u_drop undeclared-feature && return 0; }
  ! _u_is_id "${_u_run:-${USAGE_RUN_ID-}}" || _u_of='"'${_u_run:-$USAGE_RUN_ID}'"'
  _u_put '"type":"feature","run":'$_u_of',"time":null,'"$_u_text"',"durationSeconds":null,"count":1,"internal":false,"details":null' null && _u_go feature; }
_u_finished() { # CODE SIGNAL
  [ -z "$_u_ended" ] && _u_begin || return 0; _u_code=null _u_signal=null _u_seconds=null _u_of=${_u_run:+\"$_u_run\"} && _u_uptime
  case ${2-} in SIG[A-Z]*) _u_plain "$2" 16 && _u_signal=$_u_text ;; esac; case $1 in '' | *[!0-9]* | 0?* | ?????????*) ;; *) _u_code=$1 ;; esac
  if [ -n "$_u_run" ] && [ -n "$_u_begun" ] && [ "${_u_ticks:-0}" -ge "$_u_begun" ]; then
    _u_ticks=$((_u_ticks - _u_begun + 100)) && _u_seconds=$((_u_ticks / 100 - 1)).${_u_ticks#"${_u_ticks%??}"}
    case $_u_seconds in *.00) _u_seconds=${_u_seconds%.00} ;; *0) _u_seconds=${_u_seconds%0} ;; esac; fi
  _u_put '"type":"end","run":'${_u_of:-null}',"time":null,"durationSeconds":'$_u_seconds',"exitCode":'$_u_code',"signal":'$_u_signal',"fields":{}' null || return 0
  [ -z "$_u_run" ] || { _u_run='' _u_ended=yes USAGE_RUN_ID=$_u_outer && [ -n "$_u_outer" ] || unset USAGE_RUN_ID; }; _u_go end; }
_u_when() { [ "$1" != /shownAt ] || _u_shown_at=$2; }
_u_go() { # start, feature or end: the notice, once, before anything is sent; then the sender, if anything may leave and it is time
  _u_marker=$_u_own/notice-$_u_version _u_shown_at=9999 _u_pending=$((_u_pending + 1))
  if [ "$_u_yes" = job ] || [ -e "$_u_marker.open" ]; then :; elif [ -n "$_u_ci" ]; then [ "$1" != start ] || _u_say=again
  elif [ ! -e "$_u_marker" ]; then _u_say=once
  elif [ "$1$_u_shown" = start ] && _u_object "$_u_marker" _u_when && (_u_is_before "$_u_shown_at" "$(_u_time -59)"); then (umask 077 && : >|"$_u_marker.open") && _u_leaves=yes; fi
  [ -n "$_u_leaves" ] && _u_uptime || return 0
  [ "$1" != feature ] || [ "$_u_pending" -ge "$_u_threshold" ] || [ "${_u_ticks:-0}" -ge "$((_u_looked + _u_interval * 100))" ] || return 0
  _u_pending=0 _u_looked=${_u_ticks:-0} && _u_spawn; }
_u_show() { # The notice, where somebody can see it.
  [ -n "$_u_say" ] && [ -e /dev/fd/2 ] && { [ ! -c /dev/fd/2 ] || [ -t 2 ]; } || return 0
  [ "$_u_say" = again ] || { _u_shown=yes && (umask 077 && set -C && printf '{"shownAt":"%s","caller":null}\n' "$(_u_time 0)" >"$_u_marker") 2>/dev/null || return 0; }
  (printf '%b%s\n' "$_u_notice" "$_u_config/optout.d/$_u_project" >&2) || [ "$_u_say" = again ] || command rm -f "$_u_marker"; }
_u_do() { _u_say='' && { "$@" >/dev/null 2>&1 || :; } && { _u_show || :; }; } # In a condition, so that errexit ends nothing.
usage_start() { @QUIET@ _u_do _u_started "$@"; @LOUD@; }
usage_feature() { @QUIET@ _u_do _u_featured "$@"; @LOUD@; }
usage_end() { _u_status=$? && @QUIET@ _u_do _u_finished "${1-$_u_status}" "${2-}"; @LOUD@; }
# Sending, by a process of its own: one at a time, for ten seconds at most, what this file has written and nothing else.
_u_spawn() { [ -n "$_u_file" ] && [ ! -e "$_u_own/forget.json" ] && command -v curl >/dev/null || return 0
  (
    set -- sh && ! command -v bash >/dev/null || set -- bash # bash alone can close what a script has open above 9
    ! command -v setsid >/dev/null || set -- setsid "$@"
    command cd / && unset BASH_ENV ENV && export USAGE_STATE_DIR="$_u_state" USAGE_CONFIG_DIR="$_u_config" && exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
    command "$@" "$_u_file" send alone </dev/null >/dev/null 2>&1 &
  ) }
_u_let_go() { # Whether nothing that the script has open, such as the lock of `flock 20`, is held any longer.
  for _u_path in /proc/self/fd/??*; do _u_word=${_u_path##*/} && { read -r _u_rest && read -r _u_rest _u_head; } <"/proc/self/fdinfo/$_u_word" || continue
    case $_u_head in *[2367]??????) ;; *) if [ -n "${BASH_VERSION-}" ]; then eval "exec $_u_word>&-"; else [ -c "$_u_path" ] || return 1; fi ;; esac; done; }
_u_time() { # SECONDS from now
  _u_word=$(($(command date +%s) + $1)) && { command date -u -d "@$_u_word" +%Y-%m-%dT%H:%M:%S.000Z || command date -u -r "$_u_word" +%Y-%m-%dT%H:%M:%S.000Z; } 2>/dev/null; }
_u_digits() { IFS='-T:.Z"' && set -- ${1#\"} && IFS=$_u_blanks$_u_newline && _u_word=$1$2$3$4$5$6; }
_u_is_before() { _u_digits "$2" && _u_rest=$_u_word && _u_digits "$1" && [ "$_u_word" -lt "$_u_rest" ]; } 2>/dev/null
_u_sha256() { command sha256sum 2>/dev/null || command shasum -a 256 2>/dev/null || command openssl dgst -sha256 -r; }
_u_octal() { # HEX MASK BYTES: for printf %b, into _u_text
  _u_rest=$1 _u_left=$3 _u_text=''
  while [ "$_u_left" -gt 0 ]; do _u_word=${_u_rest%"${_u_rest#??}"} && _u_word=$((0x${_u_word:-0} ^ $2)) && _u_rest=${_u_rest#??} _u_left=$((_u_left - 1))
    _u_text="$_u_text\\0$((_u_word / 64))$((_u_word / 8 % 8))$((_u_word % 8))"; done; }
_u_pseudonym() { # KEY-IN-HEX TEXT: the first half of SHA-256(HMAC-SHA-256(KEY, TEXT)) into _u_made
  _u_octal "$1" 54 64 && _u_made=$({ printf %b "$_u_text" && printf %s "$2"; } | _u_sha256) && _u_octal "$_u_made" 0 32 && _u_head=$_u_text
  _u_octal "$1" 92 64 && _u_made=$(printf %b "$_u_text$_u_head" | _u_sha256) && _u_octal "$_u_made" 0 32
  _u_made=$(printf %b "$_u_text" | _u_sha256) && _u_made=\"$(printf %.32s "$_u_made")\"; }
_u_list() { # FOLDER: what is ours there, oldest first, as TIME/NAME into _u_found
  _u_found='' _u_number=0 && ! command stat -c %y / >/dev/null 2>&1 && set -- "$1" -f '%Sm %N' -t '%Y-%m-%d %H:%M:%S.000 +0000' || set -- "$1" -c '%y %n'
  while IFS=' ' read -r _u_day _u_clock _u_rest _u_name; do
    { IFS= read -r _u_line <"$1/$_u_name" && case $_u_line in '{"by":"usage-sh",'*'}}') ;; *) false ;; esac; } 2>/dev/null || continue
    _u_found="$_u_found ${_u_day}T${_u_clock%"${_u_clock#????????????}"}Z/$_u_name" _u_number=$((_u_number + 1))
  done <<EOF
$(cd "$1" && shift && command ls | command grep -E '^[0-9a-fA-F-]{36}[.]json$' | TZ=UTC0 command xargs stat "$@" 2>/dev/null | command sort)
EOF
}
_u_quota() { # The oldest of ours beyond 2,000 are counted and removed.
  IFS=$_u_blanks$_u_newline && _u_list "$_u_new" && for _u_token in $_u_found; do
    [ "$_u_number" -gt 2000 ] && _u_number=$((_u_number - 1)) && _u_name=${_u_token#*/} || break
    _u_drop quota "${_u_name%.json}" && command rm -f "$_u_new/$_u_name"; done; }
_u_hash() { # WHAT KEY-IN-HEX TEXT: a pseudonym into _u_made; null in CI, and where the project wants none or there is nothing to make it of
  _u_made=null; case " $_u_person " in *" $1 "*) [ -z "$2" ] || [ -z "$3" ] || _u_pseudonym "$2" "$_u_project|$1|$_u_period|$3" ;; esac; }
_u_travel() { # FOLDER TIME/NAME: joins an event to the report that is being made. False: it belongs to another one.
  IFS= read -r _u_line <"$1/${2#*/}" || return 0
  _u_at=${2%%/*} _u_event='{"id":'${_u_line#*,\"id\":} _u_said=${_u_line#*,\"header\":} _u_local=${_u_line#*,\"local\":} _u_why=''
  _u_event=${_u_event%%,\"header\":*}'}' _u_said=${_u_said%%,\"local\":*} _u_type=${_u_event#*\"featureType\":\"} && _u_name=${_u_type#*\"name\":\"}
  [ "$_u_type" = "$_u_event" ] || _u_is_feature "${_u_type%%\"*}" "${_u_name%%\",\"durationSeconds\"*}" || _u_why=undeclared-feature
  ! _u_is_before "$_u_at" "$_u_oldest" || _u_why=too-old; [ -z "$_u_before" ] || ! _u_is_before "$_u_at" "$_u_before" || _u_why=before-consent
  [ -z "$_u_why" ] || { _u_dropped="$_u_dropped $_u_why/${2#*/}" && return 0; }
  case $_u_rotate in year) _u_period=${_u_at%%-*} ;; month) _u_period=${_u_at%-*} ;; *) _u_period=always ;; esac
  case $_u_said in *'"ci":null'*) _u_person=$_u_ids ;; *) _u_person='' ;; esac
  _u_word=$_u_said$_u_period${_u_local%%,\"bootId\":*} && [ "${_u_key:=$_u_word}" = "$_u_word" ] || return 1; [ -n "$_u_taken" ] || _u_open
  case $_u_local in *'"script":"'*)
    _u_script=${_u_local#*\"script\":\"} && _u_script="$_u_period|${_u_script%\"*}"
    [ "$_u_script" = "$_u_last" ] || { _u_hash script "$_u_secret" "$_u_generation|${_u_script#*|}" && _u_last=$_u_script _u_last_made=$_u_made; }
    [ -z "$_u_person" ] || _u_event=${_u_event%%\"script\":null*}\"script\":$_u_last_made${_u_event#*\"script\":null} ;;
  esac; _u_events=$_u_events${_u_events:+,}${_u_event%%\"time\":null*}\"time\":\"$_u_at\"${_u_event#*\"time\":null}
  _u_count=$((_u_count + 1)) _u_taken="$_u_taken $2"; }
_u_open() { # What stands before the events, and the mark by which `usage forget` will know the pseudonym.
  _u_hash user "$_u_secret" "$_u_generation" && _u_user=$_u_made _u_mark=${_u_made#\"}
  case $_u_user in null) _u_mark=nameless ;; *) _u_mark=$_u_generation-$_u_period-${_u_mark%\"} ;; esac
  _u_rest=${_u_local#*\"machineId\":\"} _u_hex='' _u_host=${_u_local#*\"host\":\"} && _u_host=${_u_host%%\"*}
  [ "$_u_rest" != "$_u_local" ] && [ -n "${_u_local##*\"host\":null*}" ] || _u_rest=\"
  until [ "${_u_rest#\"}" != "$_u_rest" ]; do
    _u_word=${_u_rest%"${_u_rest#?}"} && _u_rest=${_u_rest#?}; case $_u_word in [0-9]) _u_hex=${_u_hex}3$_u_word ;; *) _u_hex=${_u_hex}6$((0x$_u_word - 9)) ;; esac
  done; _u_hash host "$_u_hex" "$_u_host"
  _u_opening='{"protocol":1,"project":"'$_u_project'","client":'$_u_client',"header":{"user":'$_u_user',"host":'$_u_made,${_u_said#?}',"events":['; }
_u_reports() { # FOLDER FUNCTION: makes the reports of what is ours there, and calls FUNCTION for each until it is false
  [ -f "$_u_state/secret" ] || { _u_text=$(command dd if=/dev/urandom bs=64 count=1 2>/dev/null | _u_sha256) && _u_make_id && _u_write "$_u_state/.secret.$_u_id" "${_u_text%"${_u_text#????????????????????????????????????????????????????????????????}"}"
    command ln "$_u_state/.secret.$_u_id" "$_u_state/secret"; command rm -f "$_u_state/.secret.$_u_id"; }
  _u_read "$_u_state/secret" && _u_secret=${_u_text%%"$_u_newline"*} && [ "${#_u_secret}" = 64 ] && _u_oldest=$(_u_time -2592000) && [ -n "$(_u_sha256 </dev/null 2>/dev/null)" ] || return 1
  _u_generation=0 _u_last='' _u_dropped=''
  for _u_path in "$_u_state/$_u_project"-????????/forgotten/*.json; do _u_word=${_u_path##*/} && _u_word=${_u_word%.json}
    case $_u_word in *[!0-9]*) ;; *) [ "$_u_word" -lt "$_u_generation" ] || _u_generation=$((_u_word + 1)) ;; esac; done; _u_list "$1" && _u_todo=$_u_found
  while [ -n "$_u_todo" ]; do _u_key='' _u_events='' _u_taken='' _u_later='' _u_count=0
    for _u_token in $_u_todo; do { [ "$_u_count" -lt "$_u_most" ] && _u_travel "$1" "$_u_token"; } || _u_later="$_u_later $_u_token"; done
    _u_todo=$_u_later _u_body=$_u_opening$_u_events']}'; [ "$_u_count" = 0 ] || "$2" || return 1; done; }
_u_print() { printf '%s\n' "$_u_body"; }
_u_log() { # BEFORE AFTER: keeps what has left, or was tried, and what came of it
  _u_make_id && _u_word=$(printf %012x "$(($(command date +%s) * 1000))") && _u_id=${_u_word%????}-${_u_word#????????}-7${_u_id#???????????????}
  _u_folder "$_u_own/sent" && printf '%s,"endpoint":"%s","body":%s%s}' "$1" "$_u_endpoint" "$_u_quoted" "$2" >"$_u_own/sent/.sh" && command mv -f "$_u_own/sent/.sh" "$_u_own/sent/$_u_id.json"
}
_u_failed() { # REASON MESSAGE SECONDS: nothing is confirmed, all waits for the next try. False.
  _u_failures=0 && _u_object "$_u_own/next-try" _u_failure && _u_make_id && _u_rest=$((5 << (_u_failures > 10 ? 10 : _u_failures))) _u_now=$(_u_time 0)
  _u_rest=$(((_u_rest > 3600 ? 3600 : _u_rest) * 0x${_u_id%"${_u_id#????}"} / 65536)) # chance, so that a thousand machines do not come back at once
  case $3 in '' | *[!0-9]* | ??????*) ;; *) [ "$3" -le "$_u_rest" ] || _u_rest=$(($3 > 86400 ? 86400 : $3)) ;; esac
  _u_write "$_u_own/.next-try" "{\"failures\":$((_u_failures + 1)),\"nextTryAt\":\"$(_u_time "$_u_rest")\",\"lastError\":{\"at\":\"$_u_now\",\"reason\":\"$1\",\"message\":\"$2\"}}"
  command mv -f "$_u_own/.next-try" "$_u_own/next-try" && _u_log "{\"failedAt\":\"$_u_now\",\"events\":$_u_count,\"reason\":\"$1\",\"message\":\"$2\"" '' && return 1; }
_u_failure() { case $1,$2 in /failures,*[!0-9]*) ;; /failures,*) _u_failures=$2 ;; /nextTryAt,*) _u_next=$2 ;; esac; }
_u_counted() { case $1,$2 in /accepted,*[!0-9]* | /duplicates,*[!0-9]*) ;; /accepted,* | /duplicates,*) _u_total=$((_u_total + $2)) ;; /rejected/0,*) _u_total=-999 ;; esac; }
_u_deliver() { # True: the report has its answer, and its events are gone from the buffer; or they are sent again in halves, until what is refused is alone.
  _u_left=$((_u_stop - $(command date +%s))) && [ "$_u_left" -gt 0 ] && _u_consent && [ -n "$_u_leaves" ] && [ ! -e "$_u_own/forget.json" ] || return 1
  _u_folder "$_u_own/periods" && : >>"$_u_own/periods/$_u_mark" && printf %s "$_u_body" >"$_u_own/.body" && : >"$_u_own/.answer" && : >"$_u_own/.head" || return 1
  _u_quoted=\"$(command sed 's/[\\"]/\\&/g' "$_u_own/.body")\" && set -- -H 'content-type: application/json' -H "usage-sent-at: $(_u_time 0)" -H expect:
  # The key is read from a pipe, as who lists processes sees their words; an answer takes no more of the disk than a megabyte or two.
  _u_status=$(trap '' XFSZ; ulimit -f 2048; printf '%s\n' "$_u_sent_key" | command curl -q -K - -gsS --max-time "$_u_left" -o "$_u_own/.answer" -D "$_u_own/.head" -w '%{http_code}' "$@" --data-binary "@$_u_own/.body" "${_u_endpoint%/}/v1/reports")
  _u_word=$? && _u_said=$(command head -c 32768 "$_u_own/.answer" | command tr '\000-\037' ' ') _u_total=0 _u_wait=$(command sed -n 's/^[Rr]etry-[Aa]fter: *0*\([0-9]*\).*/\1/p' "$_u_own/.head")
  _u_answered=\"$(printf %s "$_u_said" | command sed 's/[\\"]/\\&/g')\" _u_now=$(_u_time 0) _u_message="the collector answered $_u_status"
  case $_u_word,$_u_status in
    28,* | 0,408) _u_failed timeout 'no answer in time' "$_u_wait" || return 1 ;;
    5,* | 6,* | 7,* | 35,* | 60,* | 127,*) _u_quoted=null && _u_failed offline 'no connection' '' || return 1 ;;
    [!0]*,*) _u_failed offline 'the connection was lost' '' || return 1 ;; *,401 | *,403) _u_failed key-refused "$_u_message" "$_u_wait" || return 1 ;;
    *,404) _u_failed project-unknown "$_u_message" "$_u_wait" || return 1 ;; *,425 | *,429 | *,503) _u_failed busy "$_u_message" "$_u_wait" || return 1 ;;
    *,2??) _u_json "$_u_said" _u_counted && [ "$_u_total" -le "$_u_count" ] && [ "$_u_total" != 0 ] || _u_failed server-error "$_u_message with something else" '' || return 1 ;;
    *,4??) ;; *) _u_failed server-error "$_u_message" "$_u_wait" || return 1 ;;
  esac; _u_rest='' && [ "$_u_total" != "$_u_count" ] || for _u_token in $_u_taken; do _u_name=${_u_token#*/} && _u_rest="$_u_rest,\"${_u_name%.json}\""; done
  case $_u_status in 2??) _u_log "{\"sentAt\":\"$_u_now\",\"ids\":[${_u_rest#,}]" ",\"status\":$_u_status,\"answer\":$_u_answered" ;; esac
  [ "$_u_total" = "$_u_count" ] || [ "$_u_count" = 1 ] || { _u_most=$(((_u_count + 1) / 2)) _u_todo="$_u_taken$_u_todo" && return 0; }
  [ "$_u_total" = "$_u_count" ] || { _u_most=50 && _u_name=${_u_taken#*/} && IFS= read -r _u_line <"$_u_claim/$_u_name" && _u_folder "$_u_own/buffer/refused" &&
    _u_write "$_u_own/buffer/refused/$_u_name" "{\"refusedAt\":\"$_u_now\",\"code\":\"http-$_u_status\",\"message\":$_u_answered,\"event\":$_u_line}" || return 1; }
  for _u_token in $_u_taken; do command rm -f "$_u_claim/${_u_token#*/}"; done; command rm -f "$_u_own/next-try"; }
_u_give_back() { for _u_path in "$1"/*.json; do [ ! -f "$_u_path" ] || command mv -f "$_u_path" "$_u_new/"; done; command rmdir "$1"; } # CLAIM
_u_send() { _u_claim=$_u_sending/sh _u_most=50 _u_stop=$(($(command date +%s) + 9)) && _u_consent && _u_folder "$_u_sending" || return 0
  for _u_stale in "$_u_sending"/sh*; do
    [ -n "$(command find "$_u_stale" -prune -mmin +1 2>/dev/null)" ] && _u_make_id && command mv "$_u_stale" "$_u_sending/sh-$_u_id" && _u_give_back "$_u_sending/sh-$_u_id"; done
  while _u_quota && [ -n "$_u_found" ]; do
    command mkdir "$_u_claim" && _u_next='' || return 0
    _u_object "$_u_own/next-try" _u_failure && [ -n "$_u_next" ] && _u_is_before "$(_u_time 0)" "$_u_next" && _u_is_before "$_u_next" "$(_u_time 86400)" && command rmdir "$_u_claim" && return 0
    _u_index=0 && for _u_token in $_u_found; do _u_index=$((_u_index + 1)) && [ "$_u_index" -le 250 ] || break; command mv "$_u_new/${_u_token#*/}" "$_u_claim/"; done
    _u_reports "$_u_claim" _u_deliver
    _u_index=$? && for _u_token in $_u_dropped; do _u_name=${_u_token#*/} && _u_drop "${_u_token%%/*}" "${_u_name%.json}" && command rm -f "$_u_claim/$_u_name"; done
    _u_give_back "$_u_claim"; command rm -f "$_u_own/.body" "$_u_own/.head" "$_u_own/.answer"
    [ "$_u_index" = 0 ] && [ "$(command date +%s)" -lt "$_u_stop" ] || return 0; done; }
# Run as a program, and where this file lies, which a sender needs: dash and busybox have it open while they read it.
_u_is_this() { { IFS= read -r _u_line && IFS= read -r _u_line && IFS= read -r _u_line && case $_u_line in *'Made by `usage embed --lang sh`'*) ;; *) false ;; esac; } <"$1"; } 2>/dev/null
if ! (IFS=' ') 2>/dev/null; then usage_start() { :; } && usage_feature() { :; } && usage_end() { :; } # Where IFS is readonly a try to read ends the script.
elif [ -f "$_u_zero" ] && _u_is_this "$_u_zero"; then
  [ -z "${ZSH_VERSION-}" ] || emulate sh; set +eufxC && LC_ALL=C IFS=$_u_blanks$_u_newline && export LC_ALL && umask 077
  case ${1-} in
    preview) _u_most=50 && _u_places && _u_consent; _u_reports "$_u_new" _u_print ;; consent) _u_consent; printf '%s\n' "$_u_reason${_u_decided:+ $_u_decided}" ;;
    send) [ "${2-}" != alone ] || _u_let_go && _u_places && _u_send ;; *) echo 'must be preview, consent or send' >&2 && exit 2 ;; esac
else
  _u_file=${BASH_SOURCE-}; [ -z "${ZSH_VERSION-}" ] || eval '_u_file=${(%):-%x}'
  [ -n "$_u_file" ] || for _u_path in "/proc/$$/fd"/??*; do [ -f "$_u_path" ] && _u_is_this "$_u_path" && _u_file=$(command readlink "$_u_path" 2>/dev/null) || :; done
  case $_u_file in '' | /*) ;; *) _u_file=$PWD/$_u_file ;; esac; fi
