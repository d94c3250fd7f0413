import {type ProjectFile, parseProjectFile} from '../../../src/protocol/project/project-file.ts'

const endpoints = {old: 'https://usage.old.example', new: 'https://usage.new.example'} as const

function read(document: Readonly<Record<string, unknown>>): ProjectFile {
  const parsed = parseProjectFile(document)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.value
}

const fields = {
  workers: {type: 'integer', min: 0, max: 64, description: 'Count of workers'},
  mode: {type: 'enum', values: ['local', 'remote'], description: 'Where it runs'},
  cached: {type: 'boolean', description: 'Whether the cache was used'},
}
const details = {depth: {type: 'integer', description: 'Depth of the tree'}}

const alpha = {
  project: 'alpha',
  contact: 'alpha@example.org',
  purpose: ['How many people use Alpha'],
  endpoint: {http: endpoints.old},
  environmentVariable: 'ALPHA_TRACKING',
  fields,
  features: {types: ['Algorithm', 'Feature'], names: ['Load.v1', 'Rebin.v1', 'Fit.v1'], details},
  flush: {threshold: 5},
}
/** Version 2 collects more and is another version of what is collected; version 3 goes to another collector's name. */
const alphaNext = {
  ...alpha,
  fields: {...fields, threads: {type: 'integer', description: 'Count of threads'}},
  features: {...alpha.features, names: [...alpha.features.names, 'Load.v2']},
}

const beta = {
  project: 'beta',
  contact: 'beta@example.org',
  purpose: ['Which features of Beta are used'],
  endpoint: {http: endpoints.old},
  writeKey: 'key-of-beta',
  consent: 'opt-in',
  ci: 'off',
  identity: {rotate: 'month'},
  fields: {workers: fields.workers},
  features: {names: ['Open'], allowOther: true},
  lostAfterHours: 24,
}

/** The project files that were published, by project, the oldest first. */
export const published: Readonly<Record<string, readonly ProjectFile[]>> = {
  alpha: [read(alpha), read(alphaNext), read({...alphaNext, endpoint: {http: endpoints.new}})],
  beta: [read(beta)],
}

/** Names of features that people use, declared or not. */
export const featuresInUse: Readonly<Record<string, readonly (readonly [type: string, name: string])[]>> = {
  alpha: [
    ['Algorithm', 'Load.v1'],
    ['Algorithm', 'Load.v1'],
    ['Algorithm', 'Rebin.v1'],
    ['Feature', 'Fit.v1'],
    ['Algorithm', 'Load.v2'],
    ['Algorithm', 'Forgotten.v1'],
    ['Widget', 'Load.v1'],
  ],
  beta: [
    ['Feature', 'Open'],
    ['Feature', 'Menu->File->Close'],
    ['Feature', '/home/somebody/private'],
  ],
}
