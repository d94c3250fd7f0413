import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {optOutReasons, silentValues} from '../../reporter/consent/consent.ts'
import {noticeParts} from '../../reporter/consent/notice.ts'
import {agentSigns} from '../../reporter/world/agent.ts'
import {listCiVendors} from '../../reporter/world/ci.ts'
import {rankVariables, schedulers, scriptCopies} from '../../reporter/world/scheduler.ts'
import {type LibraryContent, type Shell, writeLibrary} from '../../shell/write-library.ts'
import {wrapText} from '../output/wrap-text.ts'

/** Makes the shell functions of a project, with the reporter's notice and its lists of CI systems, agents and batch systems. */
export function makeLibrary(shell: Shell, project: ProjectFile): string {
  return writeLibrary(shell, contentOf(project, wrapForShell))
}

/** A shell cannot find out the width of its terminal without a process: its notice is wrapped beforehand. */
export const wrapForShell = (text: string): string => wrapText(text, 80, '    ')

/** The content of every client that is generated for a project. `wrap` lays out the notice. */
export function contentOf(project: ProjectFile, wrap = (text: string) => text): LibraryContent {
  const {head, end} = noticeParts(project)
  return {
    project,
    consent: {optOutReasons, silentValues},
    notice: {head: wrap(head), ciHead: wrap(noticeParts(project, 'now').head), end},
    ciVendors: listCiVendors(),
    agentSigns,
    schedulers,
    rankVariables,
    scriptCopies,
  }
}
