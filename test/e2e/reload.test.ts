import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {it} from 'node:test'
import {askStore} from '../../src/cli/maintain/ask-stats.ts'
import {storeInFolder} from '../../src/collector/store/place.ts'
import {makeFolders, postReport, startCollector} from '../collector/running-collector.ts'
import {featureOf, nowMs, reportOf, startOf, writtenProject} from '../collector/samples.ts'

it('counts a feature and a value that arrive before their declaration, once', async t => {
  const folders = makeFolders(t)
  const collector = await startCollector(t, folders)
  const {http} = collector
  const report = reportOf([featureOf(1, nowMs, {name: 'New.v1'}), startOf(1, nowMs, {fields: {nodes: 4}})])
  assert.deepEqual(await postReport(http, report), {accepted: 2, duplicates: 0, rejected: [], pending: 1})
  const stats = () => askStore(storeInFolder(folders.dataDirectory), {project: 'parsl', by: 'month'}, nowMs)
  assert.deepEqual([(await stats()).features, (await stats()).quality.pending], [[], 1])
  const {fields, features} = writtenProject() as {fields: object; features: {names: string[]}}
  const newer = writtenProject({
    fields: {...fields, nodes: {type: 'integer', description: 'Count of nodes'}},
    features: {...features, names: [...features.names, 'New.v1']},
  })
  writeFileSync(join(folders.projectsDirectory, '0.json'), JSON.stringify(newer))
  assert.deepEqual(await collector.reload(), {added: [], changed: ['parsl'], removed: [], problems: [], released: 2})
  assert.deepEqual(await postReport(http, report), {accepted: 0, duplicates: 2, rejected: []})
  const after = await stats()
  assert.deepEqual([after.features?.map(({name, count}) => [name, count]), after.quality.pending], [[['New.v1', 1]], 0])
  assert.ok('nodes' in (after.fields ?? {}))
})
