import {type Language, writeClient} from '../../embed/write-client.ts'
import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project-file.ts'
import {readClient} from '../../reporter/reports/read-client.ts'
import {contentOf, wrapForShell} from './make-library.ts'

/**
 * Makes the client of a project for another language. It contains the reporter's notice and its lists of CI systems and
 * batch systems. Throws USAGE_WRONG_USE if the endpoint has only datagrams: these clients cannot send any.
 */
export function makeClient(language: Language, project: ProjectFile): string {
  const {http, file} = project.endpoint
  if (http === null && file === undefined)
    throw new UsageError('USAGE_WRONG_USE', 'the project must have endpoint.http or endpoint.file', {
      next: 'Use `usage shell`: its functions let `usage` send the reports.',
    })
  const content = contentOf(project, language === 'sh' ? wrapForShell : undefined)
  return writeClient(language, {...content, version: readClient().version})
}
