import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {type ProjectFile, parseProjectFile} from '../../src/protocol/project/project-file.ts'

/** A project file for tests, with declarations for every type of event. */
const declared = {
  project: 'demo',
  name: 'Demo',
  application: 'demo',
  contact: 'demo@example.org',
  purpose: ['How many people use Demo'],
  environmentVariable: 'DEMO_TRACKING',
  fields: {executors: {type: 'integer', min: 0, max: 1000, description: 'Count of executors used'}},
  features: {
    types: ['Algorithm', 'Interface', 'Feature'],
    names: ['Load.v1', 'Rebin.v1', 'Save.v1'],
    allowOther: false,
    details: {format: {type: 'enum', values: ['nexus', 'ascii'], description: 'Format of the file'}},
  },
}

/** Writes a project file with the endpoint `http`. Returns its path and its content. */
export function projectOnDisk(
  directory: string,
  http: string,
  changes: Readonly<Record<string, unknown>> = {},
): {readonly path: string; readonly project: ProjectFile} {
  const document = {...declared, endpoint: {http}, ...changes}
  const parsed = parseProjectFile(document)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const path = join(directory, `${parsed.value.project}.usage.project.json`)
  writeFileSync(path, JSON.stringify(document, null, 2))
  return {path, project: parsed.value}
}
