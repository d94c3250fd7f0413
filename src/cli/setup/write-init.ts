import {toPlainText} from '../../protocol/values/plain-text.ts'
import {quoteForShell} from '../../shell/shell-text.ts'
import type {Paint} from '../output/paint.ts'
import type {MadeProject} from './make-project.ts'
import {writeSnippet} from './write-snippet.ts'

/** What `usage init` made, for programs. */
export interface Initialised {
  readonly project: string
  /** The version of what is collected. */
  readonly version: string
  readonly file: string
  /** The lines for a script of sh, bash, zsh, ksh or busybox. */
  readonly snippet: string
  /** The command that runs a collector for this project. */
  readonly collect: string
}

export function describeInit(file: string, {project, version}: MadeProject): Initialised {
  const collect = `usage collect --projects ${quoteIfNeeded(file)}`
  return {project: project.project, version, file, snippet: writeSnippet(file), collect}
}

/** Writes what was made, and what comes next. */
export function writeInit({project, file, snippet, collect}: Initialised, paint: Paint): string {
  const path = quoteIfNeeded(file)
  return [
    `${paint.green('Wrote')} ${toPlainText(file)}. Nothing is counted yet.`,
    '',
    paint.bold('1. Count a script: put these lines at its top. If it sets an EXIT trap, call count_use end in it.'),
    '',
    toPlain(snippet),
    '',
    paint.bold('2. Run a collector (Node.js 24 or newer):'),
    '',
    toPlain(collect),
    '',
    paint.bold('3. See what happens:'),
    '',
    toPlain(`# what your users are told
usage explain --project-file ${path}
# every link from here to the collector
usage doctor --project-file ${path}
# what waits and what was sent; to opt out: usage optout ${project}
usage status
# send your own first runs without waiting, and read them in the collector
usage optin ${project} && usage flush ${project} && usage stats`),
    '',
    'Declare fields and features in the project file before you record them. Check it with usage project check.',
  ].join('\n')
}

const toPlain = (text: string): string => text.split('\n').map(toPlainText).join('\n')

const quoteIfNeeded = (path: string): string => (/^[\w./+-]+$/.test(path) ? path : quoteForShell(path))
