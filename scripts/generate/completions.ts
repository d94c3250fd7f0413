import {type DescribedCommand, type Input, readCommands} from './manifest-commands.ts'

/** Generates the completions of bash and zsh from the manifest: path in the repository → content. */
export function generateCompletions(): Map<string, string> {
  const commands = readCommands()
  return new Map([
    ['completions/usage.bash', writeBash(commands)],
    ['completions/_usage', writeZsh(commands)],
  ])
}

const head = (shell: string): string =>
  `# Completion of usage for ${shell}, made by \`npm run generate\`. It starts no program.`

/**
 * Lists the ids of known projects: the folders of their events, registered files, and opt-outs. A name of another form is
 * left out: a shell would execute what it contains.
 */
const projects = (
  dots: string,
): string => `  for path in "$state"/*-????????/project.json "$config"/projects/*.json "$config"/optout.d/*; do
${dots}    [[ -e $path ]] || continue
    path=\${path%/project.json}
    name=\${path##*/}
    case $path in
      "$state"/*) name=\${name%-*} ;;
      *) name=\${name%.json} ;;
    esac
    case $name in
      *[!a-z0-9-]*) continue ;;
    esac`

const folders = `  local path name home=\${HOME-}
  local state=\${USAGE_STATE_DIR:-\${XDG_STATE_HOME:-$home/.local/state}/usage}
  local config=\${USAGE_CONFIG_DIR:-\${XDG_CONFIG_HOME:-$home/.config}/usage}
  if [[ -d /System/Library/CoreServices ]]; then
    state=\${USAGE_STATE_DIR:-\${XDG_STATE_HOME:-$home/Library/Application Support}/usage}
    config=\${USAGE_CONFIG_DIR:-\${XDG_CONFIG_HOME:-$home/Library/Preferences}/usage}
  fi`

/** What completes the value of a flag or an argument. */
type Values = 'files' | 'projects' | 'nothing' | readonly string[]

function valuesOf({name, value, options}: Input): Values {
  if (options.length > 0) return options
  if (name === 'project' || name === 'id') return 'projects'
  return ['FILE', 'DIR', 'PATH'].includes(value ?? '') || name === 'file' ? 'files' : 'nothing'
}

// --- bash

function writeBash(commands: readonly DescribedCommand[]): string {
  return `${head('bash')}

# The ids of the projects known here, into COMPREPLY, as far as they begin with the word.
_usage_projects() {
${folders}
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
${projects('')}
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
  local word=\${COMP_WORDS[COMP_CWORD]} flag=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]-} place=1
  COMPREPLY=()
  # --flag=VALUE comes as three words.
  [[ $word != = ]] || word=
  [[ $flag != = ]] || flag=\${COMP_WORDS[COMP_CWORD - 2]-}
  case $COMP_CWORD:$command in
    1:*) ;;
    ${topicsOf(commands)
      .map(topic => `*:${topic}`)
      .join(' | ')})
      command="$command \${COMP_WORDS[2]-}"
      place=2
      ;;
  esac
  if ((COMP_CWORD <= place)); then
    case $place:$command in
${topicsOf(commands)
  .map(topic => `      2:${topic}\\ *) _usage_words "$word" '${subcommandsOf(commands, topic).join(' ')}' ;;`)
  .join('\n')}
      *) _usage_words "$word" '${firstWordsOf(commands).join(' ')}' ;;
    esac
    return 0
  fi
  case $command in
${commands.map(writeBashCommand).join('\n')}
  esac
  return 0
}

complete -F _usage usage usage-reporter
`
}

function writeBashCommand(command: DescribedCommand): string {
  const valued = command.flags.filter(({value}) => value !== null)
  const flags = command.flags.map(({name}) => `--${name}`).join(' ')
  const names = command.names.map(name => name.replaceAll(' ', '\\ ')).join(' | ')
  return `    ${names})
      case $flag:$word in
${valued.map(flag => `        --${flag.name}:*) ${bashValues(valuesOf(flag))} ;;`).join('\n')}
        *:-*) _usage_words "$word" '${flags}' ;;
        *) ${command.names[0] === 'run' ? '_usage_files' : bashArguments(command)} ;;
      esac
      ;;`.replace('\n\n', '\n')
}

function bashValues(values: Values): string {
  if (values === 'files') return '_usage_files'
  if (values === 'projects') return '_usage_projects "$word"'
  return values === 'nothing' ? '' : `_usage_words "$word" '${values.join(' ')}'`
}

/** The argument of a command; where it has none, its flags. */
function bashArguments({args: [arg], flags}: DescribedCommand): string {
  if (arg === undefined) return `_usage_words "$word" '${flags.map(({name}) => `--${name}`).join(' ')}'`
  return bashValues(valuesOf(arg))
}

// --- zsh

function writeZsh(commands: readonly DescribedCommand[]): string {
  return `#compdef usage usage-reporter
${head('zsh')}

# The ids of the projects known here.
_usage_projects() {
  emulate -L zsh -o null_glob
${folders}
  local -aU names
${projects('')}
    names+=("$name")
  done
  compadd -a names
}

_usage() {
  local context state line
  local -a commands
  commands=(
${commands
  .flatMap(({names, summary}) =>
    names.map(
      name => `    ${quoteZsh(`${name.split(' ')[0]}:${name.includes(' ') ? topicTexts(commands, name) : summary}`)}`,
    ),
  )
  .filter((line, index, lines) => lines.indexOf(line) === index)
  .join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${topicsOf(commands)
  .map(
    topic => `    ${topic})
      if ((CURRENT == 2)); then
        compadd ${subcommandsOf(commands, topic).join(' ')}
        return
      fi
      command="$command $words[2]"
      shift words
      ((CURRENT--))
      ;;`,
  )
  .join('\n')}
  esac
  case $command in
${commands.map(writeZshCommand).join('\n')}
  esac
}

_usage "$@"
`
}

const topicTexts = (commands: readonly DescribedCommand[], name: string): string =>
  subcommandsOf(commands, name.split(' ')[0] ?? '').join(', ')

function writeZshCommand({names, flags, args}: DescribedCommand): string {
  const lines = [
    ...flags.map(flag => {
      const value = flag.value === null ? '' : `:${escapeZsh(flag.value)}:${zshValues(valuesOf(flag))}`
      return quoteZsh(`${flag.isRepeatable ? '*' : ''}--${flag.name}[${escapeZsh(flag.description)}]${value}`)
    }),
    ...(names[0] === 'run'
      ? ["'*::command:_normal'"]
      : args.map(arg =>
          quoteZsh(`${arg.name === 'file' ? '*' : '1'}:${escapeZsh(arg.description)}:${zshValues(valuesOf(arg))}`),
        )),
  ]
  return `    ${names.map(name => name.replaceAll(' ', '\\ ')).join(' | ')})
      _arguments \\
${lines.map(line => `        ${line}`).join(' \\\n')}
      ;;`
}

function zshValues(values: Values): string {
  if (values === 'files') return '_files'
  if (values === 'projects') return '_usage_projects'
  return values === 'nothing' ? ' ' : `(${values.join(' ')})`
}

const escapeZsh = (text: string): string => text.replace(/[\\[\]:]/g, '\\$&')
const quoteZsh = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

// --- both

/** First words that have second ones. */
function topicsOf(commands: readonly DescribedCommand[]): string[] {
  const words = commands.flatMap(({names}) => names.filter(name => name.includes(' ')).map(name => name.split(' ')[0]!))
  return [...new Set(words)]
}

function subcommandsOf(commands: readonly DescribedCommand[], topic: string): string[] {
  return commands.flatMap(({names}) =>
    names.filter(name => name.startsWith(`${topic} `)).map(name => name.split(' ')[1]!),
  )
}

function firstWordsOf(commands: readonly DescribedCommand[]): string[] {
  return [
    ...new Set([...commands.flatMap(({names}) => names.map(name => name.split(' ')[0]!)), 'help', 'version']),
  ].sort()
}
