import {readFileSync} from 'node:fs'
import {errorRegistry} from '../../src/errors.ts'
import {type DescribedCommand, type Input, readCommands} from './manifest-commands.ts'

const {version} = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {version: string}

/** Generates the man page from the manifest, under both names of the program: path in the repository → content. */
export function generateManPage(): Map<string, string> {
  return new Map([
    ['man/usage.1', writePage(readCommands())],
    ['man/usage-reporter.1', '.so man1/usage.1\n'],
  ])
}

/** Variables that a person or an administrator sets, each with what it does. */
const variables: readonly (readonly [name: string, meaning: string])[] = [
  ['DO_NOT_TRACK', 'Set to 1 to opt out of all projects.'],
  ['USAGE_TRACKING', 'Set to false to opt out of all projects.'],
  ['USAGE_PROJECT_FILE', 'The project file that a command uses.'],
  ['USAGE_PROJECT', 'The id of the registered project that a command uses.'],
  ['USAGE_STATE_DIR', 'The state folder: waiting events, the sent log, the secret of the pseudonyms.'],
  ['USAGE_CONFIG_DIR', 'The settings folder: opt-outs, opt-ins, registered projects.'],
  ['USAGE_CONSENT', 'The opt-in of an image or a job, as PROJECT@VERSION.'],
  ['USAGE_DEBUG', 'Set to 1 to print warnings of the commands that scripts call.'],
  ['USAGE_STRICT', 'Set to 1 to make wrong use an error.'],
  ['USAGE_TOKEN', 'The read token of a collector.'],
]

const files: readonly (readonly [path: string, meaning: string])[] = [
  ['~/.local/state/usage', 'The state folder (XDG_STATE_HOME; on macOS ~/Library/Application Support/usage).'],
  ['~/.config/usage', 'The settings folder (XDG_CONFIG_HOME; on macOS ~/Library/Preferences/usage).'],
  ['~/.config/usage/optout', 'Opts out of all projects. It may be empty.'],
  ['/etc/usage/off', 'Opts out all users of a machine.'],
  ['/etc/usage/policy.json', 'The policy of a site.'],
]

const exits: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'Done. start, end and feature always exit with 0, unless --strict is given.'],
  ['1', 'Unexpected error.'],
  ['2', 'Wrong use.'],
  ['3', 'The collector could not be reached or refused.'],
]

function writePage(commands: readonly DescribedCommand[]): string {
  return [
    `.TH USAGE 1 "" "usage\\-reporter ${version}" "User Commands"`,
    '.SH NAME',
    'usage, usage\\-reporter \\- count how research software is used',
    '.SH SYNOPSIS',
    '.B usage',
    '.I COMMAND',
    '.RI [ FLAGS ]',
    '.SH DESCRIPTION',
    toRoff(
      'Scripts call start, end and feature. Each writes one small file and returns; a background process sends it later.',
    ),
    '.PP',
    toRoff(
      'Before anything is sent, one notice says who counts, what, why, and how to opt out. To see what is recorded: usage status. To opt out of all projects: usage optout. To erase what was sent: usage forget.',
    ),
    '.SH COMMANDS',
    ...commands.flatMap(writeCommand),
    '.SH ENVIRONMENT',
    ...variables.flatMap(entry => writeEntry('.B', entry)),
    '.SH FILES',
    ...files.flatMap(entry => writeEntry('.I', entry)),
    '.SH EXIT STATUS',
    ...exits.flatMap(entry => writeEntry('.B', entry)),
    '.PP',
    toRoff(`An error has one of ${Object.keys(errorRegistry).length} codes, and prints the next step.`),
    '',
  ].join('\n')
}

function writeEntry(font: string, [name, meaning]: readonly [string, string]): string[] {
  return ['.TP', `${font} ${toRoff(name)}`, toRoff(meaning)]
}

function writeCommand({names, summary, description, args, flags}: DescribedCommand): string[] {
  const typed = names.map(name => `usage ${name}`).join(', ')
  return [
    `.SS ${toRoff([typed, ...args.map(({value}) => `[${value}]`)].join(' '))}`,
    toRoff(summary),
    ...(description === '' ? [] : [toRoff(description)]),
    ...args.flatMap(arg => ['.TP', `.I ${toRoff(arg.value ?? '')}`, toRoff(sentence(arg))]),
    ...flags.flatMap(flag => [
      '.TP',
      flag.value === null ? `.B \\-\\-${toRoff(flag.name)}` : `.BI \\-\\-${toRoff(flag.name)} " ${toRoff(flag.value)}"`,
      toRoff(sentence(flag)),
    ]),
  ]
}

function sentence({description, options}: Input): string {
  const values = options.length === 0 ? '' : ` (${options.join(', ')})`
  return `${description}${values}`
}

/** A text as roff reads it literally. */
function toRoff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1')
    .replaceAll('`', '')
}
