import type {ProjectFile} from '../../protocol/project-file.ts'
import {optOutReasons, silentValues} from '../../reporter/consent/consent.ts'
import {noticeText, type SendingBegins} from '../../reporter/consent/notice.ts'
import {agentSigns} from '../../reporter/world/agent.ts'
import {ciVendors} from '../../reporter/world/ci.ts'
import {projectOptOutPath} from '../../reporter/world/directories.ts'
import {rankVariables, schedulers, scriptCopies} from '../../reporter/world/scheduler.ts'
import {type LibraryContent, type Shell, writeLibrary} from '../../shell/write-library.ts'

/** Makes the shell functions of a project, with the reporter's notice and its lists of CI systems, agents and batch systems. */
export function makeLibrary(shell: Shell, project: ProjectFile): string {
  return writeLibrary(shell, contentOf(project))
}

/** The content of every client that is generated for a project. */
export function contentOf(project: ProjectFile): LibraryContent {
  // The path of the opt-out file is known only where the client runs.
  const notice = (begins: SendingBegins) =>
    noticeText(project, '', begins).slice(0, -projectOptOutPath('', project.project).length)
  return {
    project,
    consent: {optOutReasons, silentValues},
    noticeText: notice('later'),
    ciNoticeText: notice('now'),
    ciVendors,
    agentSigns,
    schedulers,
    rankVariables,
    scriptCopies,
  }
}
