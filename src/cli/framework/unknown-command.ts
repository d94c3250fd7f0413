import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Manifest} from '@oclif/core/interfaces'
import {UsageError} from '../../errors.ts'
import {toPlainText} from '../../protocol/values/plain-text.ts'
import {nearestWords, writeProposal} from '../arguments/nearest-words.ts'

/** Whether oclif reports that a command does not exist. */
export const isUnknownCommand = ({message}: Error): boolean => /^command \S.* not found\.?$/i.test(message)

/**
 * The error for a command that does not exist, with the commands that were probably meant. Reads the manifest.
 *
 * @param args the command line
 * @param root the folder of package.json
 */
export function unknownCommand(args: readonly string[], root: string): UsageError {
  const {commands} = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as Manifest
  const known = Object.values(commands).flatMap(({id, aliases}) => [id, ...(aliases ?? [])].map(toTyped))
  const words = wordsOf(args, known)
  const typed = words.join(' ')
  const others = args.filter(arg => !arg.startsWith('-')).slice(words.length)
  if (known.includes(typed) && others.length > 0)
    return new UsageError('USAGE_WRONG_USE', `unexpected argument "${toPlainText(others[0] ?? '')}"`, {
      next: `${commands[typed]?.flags['project'] ? 'To select a project: --project ID. ' : ''}For the arguments and flags of this command: usage ${typed} --help`,
    })
  const proposal = writeProposal(proposeCommands(typed, known).map(command => `usage ${command}`))
  return new UsageError('USAGE_WRONG_USE', `unknown command "${toPlainText(typed)}"`, {
    next: `${proposal === null ? '' : `${proposal} `}For all commands: usage --help`,
  })
}

const toTyped = (id: string): string => id.replaceAll(':', ' ')

/** The words of the command: the first one, and the second one behind a topic such as `project`. */
function wordsOf(args: readonly string[], known: readonly string[]): string[] {
  const [first = '', second] = args.filter(arg => !arg.startsWith('-'))
  const isTopic = known.some(command => command.startsWith(`${first} `))
  return isTopic && second !== undefined ? [first, second] : [first]
}

/** What people who saw a notice type, and the command that does it. */
const otherWords: Readonly<Record<string, readonly string[]>> = {
  optout: ['stop', 'off', 'no', 'deny', 'opt', 'unsubscribe'],
  forget: ['delete', 'clear', 'withdraw'],
  status: ['show', 'info', 'state'],
  explain: ['what', 'why', 'privacy', 'notice', 'about'],
  log: ['sent', 'history'],
  optin: ['on', 'allow'],
  flush: ['send'],
}

/** The nearest commands; else those of a topic whose second word was typed alone, such as `add`; else those that do it. */
function proposeCommands(typed: string, known: readonly string[]): string[] {
  const meant = Object.keys(otherWords).filter(command => otherWords[command]?.includes(typed))
  if (meant.length > 0) return meant
  const nearest = nearestWords(typed, known)
  return nearest.length > 0 ? nearest : known.filter(command => command.endsWith(` ${typed}`))
}
