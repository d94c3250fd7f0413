import assert from 'node:assert/strict'
import {mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {it} from 'node:test'
import {openProjects} from '../../../src/collector/intake/live-projects.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'
import {writtenProject} from '../samples.ts'

const text = (changes: Record<string, unknown> = {}): string => JSON.stringify(writtenProject(changes), null, 2)
const none = {added: [], changed: [], removed: [], problems: []}

it('reads added, changed and removed files into the same map', t => {
  const directory = temporaryDirectory(t)
  const write = (name: string, content: string): void => writeFileSync(join(directory, name), content)
  write('parsl.json', text())
  const live = openProjects(directory)
  const {projects} = live
  assert.deepEqual(live.reload(), none)
  write('parsl.json', text({name: 'New'}))
  write('other.json', text({project: 'other'}))
  assert.deepEqual(live.reload(), {...none, added: ['other'], changed: ['parsl']})
  assert.equal(projects.get('parsl')?.name, 'New')
  renameSync(join(directory, 'parsl.json'), join(directory, 'renamed.json'))
  assert.deepEqual(live.reload(), none)
  rmSync(join(directory, 'renamed.json'))
  assert.deepEqual(live.reload(), {...none, removed: ['parsl']})
  assert.deepEqual([...projects.keys()], ['other'])
})

it('keeps the former content of a broken file, and names the line', t => {
  const directory = temporaryDirectory(t)
  const path = join(directory, 'parsl.json')
  writeFileSync(path, text())
  const live = openProjects(directory)
  for (const [content, problem] of [
    [
      text().replace('"purpose": [', '"purpose": 5, "x": ['),
      /parsl\.json is not a valid project file: line \d+: purpose: .*stays/,
    ],
    [text().slice(0, 40), /line 3: must be JSON/],
    ['', /line 1: must be JSON/],
  ] as const) {
    writeFileSync(path, content)
    const {problems, ...changes} = live.reload()
    assert.deepEqual([changes, problems.length], [{added: [], changed: [], removed: []}, 1])
    assert.match(problems[0]!, problem)
    assert.ok(live.projects.has('parsl'))
  }
  // A new file that is broken may be a project under another name: nothing is removed.
  renameSync(path, join(directory, 'renamed.json'))
  writeFileSync(join(directory, 'other.json'), text({project: 'other'}))
  assert.deepEqual(live.reload().removed, [])
  rmSync(join(directory, 'renamed.json'))
  assert.deepEqual(live.reload(), {...none, removed: ['parsl']})
})

it('keeps all projects while the folder is missing, empty or has a project twice', t => {
  const directory = join(temporaryDirectory(t), 'projects')
  mkdirSync(directory)
  writeFileSync(join(directory, 'parsl.json'), text())
  const live = openProjects(directory)
  writeFileSync(join(directory, 'a-copy.json'), text({name: 'Copy'}))
  assert.match(live.reload().problems[0]!, /one file for each project, got parsl again in .*a-copy\.json/)
  assert.notEqual(live.projects.get('parsl')?.name, 'Copy')
  for (const name of ['a-copy.json', 'parsl.json']) rmSync(join(directory, name))
  assert.match(live.reload().problems.join(), /contains no valid project file. All projects stay/)
  rmSync(directory, {recursive: true})
  assert.match(live.reload().problems.join(), /cannot read the folder .* All projects stay/)
  assert.ok(live.projects.has('parsl'))
})

it('follows links to another version, as Kubernetes replaces them', t => {
  const directory = temporaryDirectory(t)
  for (const [version, name] of [
    ['..one', 'One'],
    ['..two', 'Two'],
  ] as const) {
    mkdirSync(join(directory, version))
    writeFileSync(join(directory, version, 'parsl.json'), text({name}))
  }
  symlinkSync('..one', join(directory, '..data'))
  symlinkSync('..data/parsl.json', join(directory, 'parsl.json'))
  const live = openProjects(directory)
  symlinkSync('..two', join(directory, '..tmp'))
  renameSync(join(directory, '..tmp'), join(directory, '..data'))
  assert.deepEqual(live.reload(), {...none, changed: ['parsl']})
  assert.equal(live.projects.get('parsl')?.name, 'Two')
})
