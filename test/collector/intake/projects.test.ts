import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {loadProjects} from '../../../src/collector/intake/projects.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'
import {writtenProject} from '../samples.ts'

test('it reads the project files of a folder and nothing else', t => {
  const directory = temporaryDirectory(t)
  const write = (name: string, content: unknown): void => writeFileSync(join(directory, name), JSON.stringify(content))
  write('parsl.json', writtenProject())
  write('usage.project.json', writtenProject({project: 'mantid'}))
  write('README.md', 'not JSON')
  write('.parsl.json', {})
  assert.deepEqual([...loadProjects(directory).keys()].sort(), ['mantid', 'parsl'])
})

test('it reads one project file beside other JSON files', t => {
  const directory = temporaryDirectory(t)
  const path = join(directory, 'usage.project.json')
  writeFileSync(path, JSON.stringify(writtenProject()))
  writeFileSync(join(directory, 'package.json'), '{}')
  assert.deepEqual([...loadProjects(path).keys()], ['parsl'])
})

test('it refuses a folder that is missing or holds no project file', t => {
  const directory = temporaryDirectory(t)
  for (const path of [directory, join(directory, 'missing')])
    assert.throws(() => loadProjects(path), {code: 'USAGE_PROJECTS_UNREADABLE'})
})

test('it refuses a second file of the same project', t => {
  const directory = temporaryDirectory(t)
  for (const name of ['a.json', 'b.json']) writeFileSync(join(directory, name), JSON.stringify(writtenProject()))
  assert.throws(() => loadProjects(directory), {code: 'USAGE_PROJECTS_UNREADABLE', message: /parsl again in b\.json/})
})

test('it names an invalid file and its problem', t => {
  const directory = temporaryDirectory(t)
  const path = join(directory, 'parsl.json')
  writeFileSync(path, JSON.stringify({...writtenProject(), purpose: []}))
  assert.throws(() => loadProjects(directory), {
    code: 'USAGE_PROJECT_FILE_INVALID',
    message: `${path} is not a valid project file: line 1: purpose: must contain at least one sentence, got a list`,
  })
  writeFileSync(path, '{')
  assert.throws(() => loadProjects(directory), {code: 'USAGE_PROJECT_FILE_INVALID', message: /must be JSON/})
})

test('it refuses a pipe, a device and a file that is too large, without reading them', t => {
  const directory = temporaryDirectory(t)
  const path = join(directory, 'parsl.json')
  const refuses = (message: RegExp): void =>
    assert.throws(() => loadProjects(directory), {code: 'USAGE_PROJECT_FILE_UNREADABLE', message})
  execFileSync('mkfifo', [path])
  refuses(/parsl\.json: it is not a file$/)
  rmSync(path)
  symlinkSync('/dev/zero', path)
  refuses(/parsl\.json: it is not a file$/)
  rmSync(path)
  writeFileSync(path, JSON.stringify(writtenProject()).padEnd(1024 * 1024 + 1))
  refuses(/at most 1048576 bytes, got 1048577$/)
  writeFileSync(path, JSON.stringify(writtenProject()).padEnd(1024 * 1024))
  assert.equal(loadProjects(directory).size, 1)
})

test('it refuses a project file that cannot be read', t => {
  const directory = temporaryDirectory(t)
  mkdirSync(join(directory, 'parsl.json'))
  assert.throws(() => loadProjects(directory), {code: 'USAGE_PROJECT_FILE_UNREADABLE'})
})
