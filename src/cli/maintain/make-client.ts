import type {ClientContent} from '../../embed/client-content.ts'
import {type Language, writeClient} from '../../embed/write-client.ts'
import {type PackageFile, writePythonPackage} from '../../embed/write-package.ts'
import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {readClient} from '../../reporter/reports/read-client.ts'
import {contentOf, wrapForShell} from './make-library.ts'

/**
 * Makes the client of a project for another language. It contains the reporter's notice and its lists of CI systems and
 * batch systems. Throws USAGE_WRONG_USE if the endpoint has only datagrams: these clients cannot send any.
 */
export const makeClient = (language: Language, project: ProjectFile): string =>
  writeClient(language, clientContent(language, project))

/** Makes the Python package of a project, with the same client. Throws as `makeClient` does. */
export const makePythonPackage = (project: ProjectFile): readonly PackageFile[] =>
  writePythonPackage(clientContent('python', project))

function clientContent(language: Language, project: ProjectFile): ClientContent {
  const {http, file} = project.endpoint
  if (http === null && file === undefined)
    throw new UsageError('USAGE_WRONG_USE', 'the project must have endpoint.http or endpoint.file', {
      next: 'Use `usage shell`: its functions let `usage` send the reports.',
    })
  const content = contentOf(project, language === 'sh' ? wrapForShell : undefined)
  return {...content, version: readClient().version}
}
