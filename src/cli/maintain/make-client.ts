import {type Language, writeClient} from '../../embed/write-client.ts'
import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project-file.ts'
import {readClient} from '../../reporter/reports/read-client.ts'
import {contentOf} from './make-library.ts'

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
  return writeClient(language, {...contentOf(project), version: readClient().version})
}
