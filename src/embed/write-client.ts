import {readFileSync} from 'node:fs'
import {addressOf, collectionVersion, destinationKey, displayName} from '../protocol/project/project-file.ts'
import {type ClientContent, inboxOf, splitNotice} from './client-content.ts'
import {assignInPython, tableInPython} from './python-literal.ts'
import {cConstants, commandOf} from './write-c-client.ts'
import {shellConstants} from './write-shell-client.ts'

/** The languages that a client is made for. */
export const languages = ['python', 'sh', 'c'] as const
export type Language = (typeof languages)[number]

/** Shipped as they are, beside the built modules' sources. */
const templates: Readonly<Record<Language, string>> = {python: 'client.py', sh: 'client.sh', c: 'client.h'}

/** The name of the client for Python where it is a file of its own. */
const fileModule = 'usage_client'

const readTemplate = (language: Language): string =>
  readFileSync(new URL(`../../src/embed/${templates[language]}`, import.meta.url), 'utf8')

/**
 * Writes the client of one project: one file. `module` is the name by which Python imports it. Pure but for reading its
 * template; the same project gives the same text.
 */
export function writeClient(language: Language, content: ClientContent, module = fileModule): string {
  const constants = makers[language](content)
  const {project} = content
  return readTemplate(language)
    .replaceAll(`python3 ${fileModule}.py`, module === fileModule ? '$&' : `python3 -m ${module}`)
    .replaceAll(fileModule, module)
    .replace('@PROJECT@', () => asComment(displayName(project)))
    .replaceAll('@COMMAND@', () => commandOf(project))
    .replace('@CONSTANTS@', () => constants.join('\n')) // Last: what a project says is no place for anything.
}

const makers: Readonly<Record<Language, (content: ClientContent) => string[]>> = {
  python: pythonConstants,
  sh: shellConstants,
  c: cConstants,
}

function pythonConstants(content: ClientContent): string[] {
  const {project, consent, ciVendors, agentSigns, notice, version} = content
  const {schedulers, scriptCopies, rankVariables} = content
  const {head, later, now} = splitNotice(notice)
  return [
    '# The project file.',
    assignInPython('PROJECT: Any', definedParts(project)),
    '',
    '# The folder of its events, the version of what it collects, and what reports say of their maker.',
    assignInPython('FOLDER', `${project.project}-${destinationKey(project)}`),
    assignInPython('COLLECTION_VERSION', collectionVersion(project)),
    assignInPython('CLIENT', {name: 'usage-python', version}),
    '',
    '# Where reports go: an address, and its path if it is that of a folder.',
    assignInPython('ENDPOINT', addressOf(project.endpoint)),
    assignInPython('INBOX: Any', inboxOf(project)),
    '',
    '# The notice: its beginning, when events are sent, in a CI system too, and its end.',
    assignInPython('NOTICE_HEAD', head),
    assignInPython('SENT_LATER', later),
    assignInPython('SENT_NOW', now),
    assignInPython('NOTICE_END', notice.end),
    '',
    '# Values that do not opt out, of DO_NOT_TRACK and of the other two variables.',
    assignInPython('SILENT_DO_NOT_TRACK', consent.silentValues.doNotTrack),
    assignInPython('SILENT_TRACKING', consent.silentValues.tracking),
    '',
    '# Reasons of consent after which no event may wait in the buffer.',
    assignInPython('OPT_OUTS', consent.optOutReasons),
    '',
    '# CI systems: id, whether CI must say yes, and the variables that all must fit a pattern.',
    tableInPython(
      'CI_SYSTEMS',
      ciVendors.map(({id, needsCi, signs}) => [id, needsCi ? 'yes' : 'no', ...signs.map(signText)]),
    ),
    '',
    '# Coding agents: a variable that must fit a pattern, and the id.',
    tableInPython(
      'AGENT_SIGNS',
      agentSigns.map(sign => [signText(sign), sign.id]),
    ),
    '',
    '# Variables of batch systems: the first that is set.',
    tableInPython('SCHEDULERS', schedulers),
    '',
    '# Copies of scripts by batch systems: a part of the path, the variables of job name and folder.',
    tableInPython(
      'SCRIPT_COPIES',
      scriptCopies.map(({part, job, folder}) => [part, job, folder]),
    ),
    '',
    '# Variables with the rank of an MPI process, and what is beside each in a job of the same launcher.',
    tableInPython(
      'RANK_VARIABLES',
      rankVariables.map(({variable, companion}) => [variable, companion]),
    ),
  ]
}

const signText = ({variable, pattern}: {readonly variable: string; readonly pattern: string}): string =>
  `${variable}=${pattern}`

/** What JSON would keep of a value. */
const definedParts = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** A name as it may stand in the description at the head: what could end that is left out. */
const asComment = (text: string): string => text.replace(/[^\p{L}\p{N} ._:+()>,-]/gu, '')
