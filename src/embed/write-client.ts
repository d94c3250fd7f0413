import {readFileSync} from 'node:fs'
import {collectionVersion, destinationKey, displayName} from '../protocol/project-file.ts'
import type {ClientContent} from './client-content.ts'
import {assignInPython} from './python-literal.ts'
import {shellConstants} from './write-shell-client.ts'

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
    .replaceAll('@QUIET@', () => quiet)
    .replaceAll('@LOUD@', () => loud)
    .replace('@CONSTANTS@', () => constants.join('\n')) // Last: what a project says is no place for anything.
}

/** Keeps what a function does out of `set -x`, and its variables out of `set -a`, and has zsh read it as sh. */
const quiet = `{
    ! _u_is_zsh || emulate -L sh
    case $- in
      *a*) set +a && _u_exports=yes ;;
      *) _u_exports= ;;
    esac
    case \${BASH_VERSION:+$-} in
      *T*) set +T && _u_inherits=yes ;;
      *) _u_inherits= ;;
    esac
    case $- in
      *x*) set +x && _u_trace=yes ;;
      *) _u_trace= ;;
    esac
  } 2>/dev/null`

const loud = `[ -z "$_u_exports" ] || set -a
  [ -z "$_u_inherits" ] || set -T
  [ -z "$_u_trace" ] || set -x`

function pythonConstants(content: ClientContent): string[] {
  const {project, consent, ciVendors, agentSigns, notice, version} = content
  const {schedulers, scriptCopies, rankVariables} = content
  return [
    '# The project file.',
    assignInPython('PROJECT', definedParts(project)),
    '',
    '# The folder of its events, the version of what it collects, and what reports say of their maker.',
    assignInPython('FOLDER', `${project.project}-${destinationKey(project)}`),
    assignInPython('COLLECTION_VERSION', collectionVersion(project)),
    assignInPython('CLIENT', {name: 'usage-python', version}),
    '',
    '# The notice: its beginning, also in a CI system, and its end up to the path of a file.',
    assignInPython('NOTICE_HEAD', notice.head),
    assignInPython('CI_NOTICE_HEAD', notice.ciHead),
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
    assignInPython(
      'CI_SYSTEMS',
      ciVendors.map(({id, needsCi, signs}) => [id, needsCi, signs.map(({variable, pattern}) => [variable, pattern])]),
    ),
    '',
    '# Coding agents: the variable of a sign, its pattern, and the id.',
    assignInPython(
      'AGENT_SIGNS',
      agentSigns.map(({variable, pattern, id}) => [variable, pattern, id]),
    ),
    '',
    '# Variables of batch systems: the first that is set.',
    assignInPython('SCHEDULERS', schedulers),
    '',
    '# Copies of scripts by batch systems: a part of the path, the variables of job name and folder.',
    assignInPython(
      'SCRIPT_COPIES',
      scriptCopies.map(({part, job, folder}) => [part, job, folder]),
    ),
    '',
    '# Variables with the rank of an MPI process, and what is beside each in a job of the same launcher.',
    assignInPython(
      'RANK_VARIABLES',
      rankVariables.map(({variable, companion}) => [variable, companion]),
    ),
  ]
}

/** What JSON would keep of a value. */
const definedParts = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** A name as it may stand in the description at the head: what could end that is left out. */
const asComment = (text: string): string => text.replace(/[^\p{L}\p{N} ._:+()>,-]/gu, '')
