import {readFileSync} from 'node:fs'
import {type ProjectFile, parseProjectFile} from '../../src/protocol/project/project-file.ts'
import {repositoryPath} from './repository.ts'

const nowhere = 'http://127.0.0.1:9'

/** The project `demo` with some fields and features. `changes` replace top-level keys of its project file. */
export const makeProject = (changes: Readonly<Record<string, unknown>> = {}): ProjectFile =>
  parsed({
    project: 'demo',
    contact: 'demo@example.org',
    purpose: ['How many people use Demo'],
    endpoint: {http: nowhere},
    environmentVariable: 'DEMO_TRACKING',
    fields: {executors: {type: 'integer', min: 0, max: 1000, description: 'Count of executors used'}},
    features: {
      types: ['Algorithm', 'Feature'],
      names: ['Load.v1', 'Rebin.v1'],
      details: {spectra: {type: 'integer', description: 'Count of spectra loaded'}},
    },
    ...changes,
  })

/** The project of the examples. */
export const exampleProject = (): ProjectFile =>
  parsed(JSON.parse(readFileSync(repositoryPath('examples', 'usage.project.json'), 'utf8')))

function parsed(file: unknown): ProjectFile {
  const project = parseProjectFile(file)
  if (!project.ok) throw new Error(JSON.stringify(project.problems))
  return project.value
}
