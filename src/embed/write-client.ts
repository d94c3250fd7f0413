import {readFileSync} from 'node:fs'
import {collectionVersion, destinationKey, displayName} from '../protocol/project-file.ts'
import type {ClientContent} from './client-content.ts'
import {ownVariable, shellConstants} from './write-shell-client.ts'

/** The languages that a client is made for. */
export const languages = ['python', 'sh'] as const
export type Language = (typeof languages)[number]

/** Shipped as they are, beside the built modules' sources. */
const templates: Readonly<Record<Language, string>> = {python: 'client.py', sh: 'client.sh'}

const readTemplate = (language: Language): string =>
  readFileSync(new URL(`../../src/embed/${templates[language]}`, import.meta.url), 'utf8')

/** Writes the client of one project: one file. Pure but for reading its template; the same project gives the same text. */
export function writeClient(language: Language, content: ClientContent): string {
  const constants = language === 'python' ? pythonConstants(content) : shellConstants(content)
  const {project} = content
  return readTemplate(language)
    .replace('@PROJECT@', () => asComment(displayName(project)))
    .replaceAll('@VARIABLE@', () => ownVariable(project))
    .replaceAll('@QUIET@', () => quiet)
    .replaceAll('@LOUD@', () => '[ -z "$_u_trace" ] || set -x')
    .replace('@CONSTANTS@', () => constants.join('\n')) // Last: what a project says is no place for anything.
}

/** Keeps what a function does out of `set -x`, and has zsh read it as sh. */
const quiet =
  '{ [ -z "${ZSH_VERSION-}" ] || emulate -L sh; case $- in *x*) set +x && _u_trace=yes ;; *) _u_trace= ;; esac; } 2>/dev/null;'

function pythonConstants(content: ClientContent): string[] {
  const {project, ciVendors, noticeText, schedulers, rankVariables, version} = content
  const client = {name: 'usage-python', version}
  const folder = `${project.project}-${destinationKey(project)}`
  const vendors = ciVendors.map(({id, signs}) => [id, signs])
  return [
    `PROJECT = json.loads(${json(project)})`,
    `FOLDER, VERSION, CLIENT, NOTICE = json.loads(${json([folder, collectionVersion(project), client, noticeText])})`,
    `CI, SCHEDULERS, RANKS = json.loads(${json([vendors, schedulers, rankVariables])})`,
  ]
}

/** A text in ASCII as a word of Python, and of JSON. */
const quote = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** A value as a text of JSON, as a word of Python. */
const json = (value: unknown): string => quote(JSON.stringify(value))

/** A name as it may stand in the description at the head: what could end that is left out. */
const asComment = (text: string): string => text.replace(/[^\p{L}\p{N} ._:+()>,-]/gu, '')
