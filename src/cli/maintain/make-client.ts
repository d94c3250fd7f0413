import {type Language, writeClient} from '../../embed/write-client.ts'
import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project-file.ts'
import {optOutReasons, silentValues} from '../../reporter/consent/consent.ts'
import {noticeText} from '../../reporter/consent/notice.ts'
import {readClient} from '../../reporter/reports/read-client.ts'
import {ciVendors} from '../../reporter/world/ci.ts'
import {projectOptOutPath} from '../../reporter/world/directories.ts'
import {rankVariables, schedulers} from '../../reporter/world/scheduler.ts'
import {ciConditions} from './make-library.ts'

/**
 * Makes the client of a project in another language, with what the reporter knows of CI systems, batch systems and the
 * notice. Throws `USAGE_WRONG_USE` for a project that is not reached by HTTP alone: these clients know no other way.
 */
export function makeClient(language: Language, project: ProjectFile): string {
  const {http, file} = project.endpoint
  if (http === null || file !== undefined)
    throw new UsageError('USAGE_WRONG_USE', 'the project must have endpoint.http and no endpoint.file', {
      next: 'Use `usage shell`: its functions let `usage` send the reports.',
    })
  return writeClient(language, {
    project,
    consent: {optOutReasons, silentValues},
    noticeText: noticeText(project, '').slice(0, -projectOptOutPath('', project.project).length),
    ciVendors,
    ciConditions: ciConditions(),
    schedulers,
    rankVariables,
    version: readClient().version,
  })
}
