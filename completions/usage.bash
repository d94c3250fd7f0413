# Completion of usage for bash, made by `npm run generate`. It starts no program.

# The ids of the projects known here, into COMPREPLY, as far as they begin with the word.
_usage_projects() {
  local path name home=${HOME-}
  local state=${USAGE_STATE_DIR:-${XDG_STATE_HOME:-$home/.local/state}/usage}
  local config=${USAGE_CONFIG_DIR:-${XDG_CONFIG_HOME:-$home/.config}/usage}
  if [[ -d /System/Library/CoreServices ]]; then
    state=${USAGE_STATE_DIR:-${XDG_STATE_HOME:-$home/Library/Application Support}/usage}
    config=${USAGE_CONFIG_DIR:-${XDG_CONFIG_HOME:-$home/Library/Preferences}/usage}
  fi
  local fails= literal=
  # Under set -f, the patterns would be names of files.
  case $- in
    *f*) set +f && literal=1 ;;
  esac
  # With failglob, a folder without projects would be an error.
  if shopt -q failglob; then
    fails=1
    shopt -u failglob
  fi
  for path in "$state"/*-????????/project.json "$config"/projects/*.json "$config"/optout.d/*; do
    [[ -e $path ]] || continue
    path=${path%/project.json}
    name=${path##*/}
    case $path in
      "$state"/*) name=${name%-*} ;;
      *) name=${name%.json} ;;
    esac
    case $name in
      *[!a-z0-9-]*) continue ;;
    esac
    [[ $name != "$1"* ]] || COMPREPLY+=("$name")
  done
  [[ -z $fails ]] || shopt -s failglob
  [[ -z $literal ]] || set -f
}

# WORDS: those that begin with the word, into COMPREPLY.
_usage_words() {
  local word IFS=' '
  for word in $2; do [[ $word != "$1"* ]] || COMPREPLY+=("$word"); done
}

_usage_files() {
  compopt -o default 2>/dev/null
  return 0
}

_usage() {
  local word=${COMP_WORDS[COMP_CWORD]} flag=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]-} place=1
  COMPREPLY=()
  # --flag=VALUE comes as three words.
  [[ $word != = ]] || word=
  [[ $flag != = ]] || flag=${COMP_WORDS[COMP_CWORD - 2]-}
  case $COMP_CWORD:$command in
    1:*) ;;
    *:policy | *:project | *:token)
      command="$command ${COMP_WORDS[2]-}"
      place=2
      ;;
  esac
  if ((COMP_CWORD <= place)); then
    case $place:$command in
      2:policy\ *) _usage_words "$word" 'check' ;;
      2:project\ *) _usage_words "$word" 'add check list remove' ;;
      2:token\ *) _usage_words "$word" 'list new revoke' ;;
      *) _usage_words "$word" 'access backup collect completion demo disable doctor embed enable end erase explain export feature flush forget help import init log optin optout policy preview project publish purge restore run share shell start stats status token version' ;;
    esac
    return 0
  fi
  case $command in
    access)
      case $flag:$word in
        --project-file:*) _usage_files ;;
        --project:*) _usage_projects "$word" ;;
        --period:*)  ;;
        --wait:*)  ;;
        *:-*) _usage_words "$word" '--project-file --project --period --all --join --erased --wait --json --help' ;;
        *) _usage_projects "$word" ;;
      esac
      ;;
    backup)
      case $flag:$word in
        --data:*) _usage_files ;;
        --store:*)  ;;
        *:-*) _usage_words "$word" '--data --store --json --help' ;;
        *)  ;;
      esac
      ;;
    collect)
      case $flag:$word in
        --config:*) _usage_files ;;
        --projects:*) _usage_files ;;
        --data:*) _usage_files ;;
        --store:*)  ;;
        --http:*)  ;;
        --host:*)  ;;
        --base-path:*) _usage_files ;;
        --trust-proxy:*)  ;;
        --udp:*)  ;;
        --inbox:*) _usage_files ;;
        --parsl:*)  ;;
        --mantid:*)  ;;
        --min-free:*)  ;;
        --drain-seconds:*)  ;;
        --admin:*)  ;;
        --log-level:*) _usage_words "$word" 'debug info warn error off' ;;
        --log-format:*) _usage_words "$word" 'text json' ;;
        *:-*) _usage_words "$word" '--config --projects --data --store --http --host --base-path --trust-proxy --udp --inbox --parsl --mantid --min-free --trust-clock --no-trust-clock --drain-seconds --public --no-public --admin --log-level --log-format --json --help' ;;
        *) _usage_words "$word" '--config --projects --data --store --http --host --base-path --trust-proxy --udp --inbox --parsl --mantid --min-free --trust-clock --no-trust-clock --drain-seconds --public --no-public --admin --log-level --log-format --json --help' ;;
      esac
      ;;
    completion)
      case $flag:$word in
        *:-*) _usage_words "$word" '--json --help' ;;
        *) _usage_words "$word" 'bash zsh' ;;
      esac
      ;;
    demo)
      case $flag:$word in
        --store:*)  ;;
        --http:*)  ;;
        *:-*) _usage_words "$word" '--store --http --json --help' ;;
        *) _usage_words "$word" '--store --http --json --help' ;;
      esac
      ;;
    doctor)
      case $flag:$word in
        --project-file:*) _usage_files ;;
        --project:*) _usage_projects "$word" ;;
        --endpoint:*)  ;;
        *:-*) _usage_words "$word" '--project-file --project --endpoint --json --help' ;;
        *) _usage_projects "$word" ;;
      esac
      ;;
    embed)
      case $flag:$word in
        --project-file:*) _usage_files ;;
        --project:*) _usage_projects "$word" ;;
        --lang:*) _usage_words "$word" 'python sh c' ;;
        --package:*)  ;;
        *:-*) _usage_words "$word" '--project-file --project --lang --package --json --help' ;;
        *) _usage_words "$word" '--project-file --project --lang --package --json --help' ;;
      esac
      ;;
    end)
      case $flag:$word in
        --project-file:*) _usage_files ;;
        --project:*) _usage_projects "$word" ;;
        --run:*)  ;;
        --exit-code:*)  ;;
        --signal:*)  ;;
        --field:*)  ;;
        --wait:*)  ;;
        *:-*) _usage_words "$word" '--project-file --project --strict --run --exit-code --signal --field --wait --json --help' ;;
        *)  ;;
      esac
      ;;
    erase)
      case $flag:$word in
        --project:*) _usage_projects "$word" ;;
        --data:*) _usage_files ;;
        --store:*)  ;;
        *:-*) _usage_words "$word" '--project --data --store --yes --dry-run --json --help' ;;
        *) _usage_words "$word" '--project --data --store --yes --dry-run --json --help' ;;
      esac
      ;;
    explain)
      case $flag:$word in
        --project-file:*) _usage_files ;;
        --project:*) _usage_projects "$word" ;;
        *:-*) _usage_words "$word" '--project-file --project --record --markdown --json --help' ;;
        *) _usage_projects "$word" ;;
      esac
      ;;
    export)
      case $flag:$word in
        --project:*) _usage_projects "$word" ;;
        --data:*) _usage_files ;;
        --store:*)  ;;
        *:-*) _usage_words "$word" '--project --data --store --help' ;;
        *) _usage_words "$word" '--project --data --store --help' ;;
      esac
      ;;
    feature)
      case $flag:$word in
        --project-file:*) _usage_files ;;
        --project:*) _usage_projects "$word" ;;
        --type:*)  ;;
        --started:*)  ;;
        --duration:*)  ;;
        --count:*)  ;;
        --detail:*)  ;;
        --run:*)  ;;
        *:-*) _usage_words "$word" '--project-file --project --strict --type --started --duration --count --internal --detail --run --json --help' ;;
        *)  ;;
      esac
      ;;
    flush)
      case $flag:$word in
        --project-file:*) _usage_files ;;
        --project:*) _usage_projects "$word" ;;
        --wait:*)  ;;
        --from:*) _usage_files ;;
        *:-*) _usage_words "$word" '--project-file --project --wait --from --background --json --help' ;;
        *) _usage_projects "$word" ;;
      esac
      ;;
    forget)
      case $flag:$word in
        --project-file:*) _usage_files ;;
        --project:*) _usage_projects "$word" ;;
        --wait:*)  ;;
        *:-*) _usage_words "$word" '--project-file --project --wait --withdraw --json --help' ;;
        *) _usage_projects "$word" ;;
      esac
      ;;
    import)
      case $flag:$word in
        --project:*) _usage_projects "$word" ;;
        --project-file:*) _usage_files ;;
        --data:*) _usage_files ;;
        --store:*)  ;;
        --format:*) _usage_words "$word" 'parsl mantid usage' ;;
        --at:*)  ;;
        *:-*) _usage_words "$word" '--project --project-file --data --store --format --at --json --help' ;;
        *) _usage_files ;;
      esac
      ;;
    init)
      case $flag:$word in
        --name:*)  ;;
        --project:*) _usage_projects "$word" ;;
        --contact:*)  ;;
        --purpose:*)  ;;
        --endpoint:*)  ;;
        --consent:*) _usage_words "$word" 'opt-out opt-in' ;;
        *:-*) _usage_words "$word" '--name --project --contact --purpose --endpoint --consent --force --json --help' ;;
        *) _usage_words "$word" '--name --project --contact --purpose --endpoint --consent --force --json --help' ;;
      esac
      ;;
    log)
      case $flag:$word in
        --project-file:*) _usage_files ;;
        --project:*) _usage_projects "$word" ;;
        --since:*)  ;;
        *:-*) _usage_words "$word" '--project-file --project --since --errors --raw --json --help' ;;
        *) _usage_projects "$word" ;;
      esac
      ;;
    optin | enable)
      case $flag:$word in
        --project:*) _usage_projects "$word" ;;
        *:-*) _usage_words "$word" '--project --json --help' ;;
        *) _usage_projects "$word" ;;
      esac
      ;;
    optout | disable)
      case $flag:$word in
        --project:*) _usage_projects "$word" ;;
        *:-*) _usage_words "$word" '--project --json --help' ;;
        *) _usage_projects "$word" ;;
      esac
      ;;
    policy\ check)
      case $flag:$word in
        *:-*) _usage_words "$word" '--json --help' ;;
        *) _usage_files ;;
      esac
      ;;
    preview)
      case $flag:$word in
        --project-file:*) _usage_files ;;
        --project:*) _usage_projects "$word" ;;
        *:-*) _usage_words "$word" '--project-file --project --raw --json --help' ;;
        *) _usage_projects "$word" ;;
      esac
      ;;
    project\ add)
      case $flag:$word in
        *:-*) _usage_words "$word" '--replace --json --help' ;;
        *) _usage_files ;;
      esac
      ;;
    project\ check)
      case $flag:$word in
        *:-*) _usage_words "$word" '--json --help' ;;
        *) _usage_files ;;
      esac
      ;;
    project\ list)
      case $flag:$word in
        *:-*) _usage_words "$word" '--json --help' ;;
        *) _usage_words "$word" '--json --help' ;;
      esac
      ;;
    project\ remove)
      case $flag:$word in
        *:-*) _usage_words "$word" '--json --help' ;;
        *) _usage_projects "$word" ;;
      esac
      ;;
    publish)
      case $flag:$word in
        --project:*) _usage_projects "$word" ;;
        --data:*) _usage_files ;;
        --store:*)  ;;
        *:-*) _usage_words "$word" '--project --data --store --json --help' ;;
        *) _usage_files ;;
      esac
      ;;
    purge)
      case $flag:$word in
        --older-than:*)  ;;
        --only:*) _usage_words "$word" 'features runs' ;;
        --project:*) _usage_projects "$word" ;;
        --data:*) _usage_files ;;
        --store:*)  ;;
        *:-*) _usage_words "$word" '--older-than --only --project --data --store --trust-clock --dry-run --json --help' ;;
        *) _usage_words "$word" '--older-than --only --project --data --store --trust-clock --dry-run --json --help' ;;
      esac
      ;;
    restore)
      case $flag:$word in
        --data:*) _usage_files ;;
        *:-*) _usage_words "$word" '--data --force --json --help' ;;
        *) _usage_files ;;
      esac
      ;;
    run)
      case $flag:$word in
        --project-file:*) _usage_files ;;
        --project:*) _usage_projects "$word" ;;
        --script:*) _usage_files ;;
        --application:*)  ;;
        --app-version:*)  ;;
        --commit:*)  ;;
        --component:*)  ;;
        --field:*)  ;;
        --wait:*)  ;;
        *:-*) _usage_words "$word" '--project-file --project --strict --script --application --app-version --commit --component --field --wait --help' ;;
        *) _usage_files ;;
      esac
      ;;
    share)
      case $flag:$word in
        --project:*) _usage_projects "$word" ;;
        --data:*) _usage_files ;;
        --store:*)  ;;
        --url:*)  ;;
        *:-*) _usage_words "$word" '--project --data --store --url --revoke --json --help' ;;
        *) _usage_words "$word" '--project --data --store --url --revoke --json --help' ;;
      esac
      ;;
    shell)
      case $flag:$word in
        --project-file:*) _usage_files ;;
        --project:*) _usage_projects "$word" ;;
        *:-*) _usage_words "$word" '--project-file --project --json --help' ;;
        *) _usage_words "$word" 'bash zsh sh' ;;
      esac
      ;;
    start)
      case $flag:$word in
        --project-file:*) _usage_files ;;
        --project:*) _usage_projects "$word" ;;
        --script:*) _usage_files ;;
        --application:*)  ;;
        --app-version:*)  ;;
        --commit:*)  ;;
        --component:*)  ;;
        --field:*)  ;;
        *:-*) _usage_words "$word" '--project-file --project --strict --script --application --app-version --commit --component --field --print-id --json --help' ;;
        *)  ;;
      esac
      ;;
    stats)
      case $flag:$word in
        --project:*) _usage_projects "$word" ;;
        --from:*)  ;;
        --to:*)  ;;
        --year:*)  ;;
        --by:*) _usage_words "$word" 'day week month quarter year' ;;
        --app-version:*)  ;;
        --system:*)  ;;
        --ci:*) _usage_words "$word" 'only none' ;;
        --agent:*)  ;;
        --application:*)  ;;
        --field:*)  ;;
        --feature-type:*)  ;;
        --format:*) _usage_words "$word" 'text json csv markdown html' ;;
        --section:*) _usage_words "$word" 'filters users runs uncertainUsers userFlow hosts scripts trend marks outcomes successRate commonestFault exitCodes versionOutcomes featureOutcomes featureVersionOutcomes conspicuous duration features details unusedFeatures adoption beforeAndAfter versions upgrades systems readableSystems systemVersions architectures schedulers agents applications components commits ci fields fieldValues fieldPeriods clients quality tables' ;;
        --citation:*) _usage_files ;;
        --data:*) _usage_files ;;
        --store:*)  ;;
        --url:*)  ;;
        --token:*)  ;;
        *:-*) _usage_words "$word" '--project --from --to --year --by --app-version --system --ci --agent --application --field --feature-type --internal --direct --format --section --report --citation --data --store --url --token --json --help' ;;
        *) _usage_words "$word" '--project --from --to --year --by --app-version --system --ci --agent --application --field --feature-type --internal --direct --format --section --report --citation --data --store --url --token --json --help' ;;
      esac
      ;;
    status)
      case $flag:$word in
        --project-file:*) _usage_files ;;
        --project:*) _usage_projects "$word" ;;
        *:-*) _usage_words "$word" '--project-file --project --events --json --help' ;;
        *) _usage_projects "$word" ;;
      esac
      ;;
    token\ list)
      case $flag:$word in
        --data:*) _usage_files ;;
        *:-*) _usage_words "$word" '--data --json --help' ;;
        *) _usage_words "$word" '--data --json --help' ;;
      esac
      ;;
    token\ new)
      case $flag:$word in
        --name:*)  ;;
        --project:*) _usage_projects "$word" ;;
        --expires:*)  ;;
        --data:*) _usage_files ;;
        --store:*)  ;;
        *:-*) _usage_words "$word" '--name --project --expires --data --store --json --help' ;;
        *) _usage_words "$word" '--name --project --expires --data --store --json --help' ;;
      esac
      ;;
    token\ revoke)
      case $flag:$word in
        --data:*) _usage_files ;;
        *:-*) _usage_words "$word" '--data --json --help' ;;
        *)  ;;
      esac
      ;;
  esac
  return 0
}

complete -F _usage usage usage-reporter
