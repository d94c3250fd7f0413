import assert from 'node:assert/strict'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {limits} from '../../../src/protocol/values/limits.ts'
import {
  addProject,
  listProjects,
  readProjectFile,
  readProjectText,
  readRegisteredProject,
  removeProject,
} from '../../../src/reporter/projects/projects.ts'
import {projectOnDisk} from '../../support/project-on-disk.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

function makeScene(t: TestContext) {
  const directory = temporaryDirectory(t)
  const {path, project} = projectOnDisk(directory, 'https://usage.example.org')
  return {directory, path, project, config: join(directory, 'config')}
}

describe('a project file', () => {
  it('is read with its defaults filled in', t => {
    const {path, project} = makeScene(t)
    assert.deepEqual(readProjectFile(path), project)
    assert.equal(project.flush.threshold, 50)
    assert.equal(readProjectText(path), readFileSync(path, 'utf8'))
  })

  it('cannot be read where it is not, or when it is a folder or larger than 1 MiB', t => {
    const {directory} = makeScene(t)
    const large = join(directory, 'large.json')
    writeFileSync(large, ' '.repeat(limits.maxProjectFileBytes + 1))
    for (const path of [join(directory, 'none.json'), directory, large, join(large, 'below')])
      assert.throws(() => readProjectFile(path), {code: 'USAGE_PROJECT_FILE_UNREADABLE'}, path)
    writeFileSync(large, ' '.repeat(limits.maxProjectFileBytes))
    assert.throws(() => readProjectFile(large), {code: 'USAGE_PROJECT_FILE_INVALID'})
  })

  for (const content of ['', '{', '[]', 'null', '{}', '{"project": "Demo"}'])
    it(`is invalid when it is ${JSON.stringify(content)}`, t => {
      const {directory} = makeScene(t)
      const path = join(directory, 'wrong.json')
      writeFileSync(path, content)
      assert.throws(() => readProjectFile(path), {code: 'USAGE_PROJECT_FILE_INVALID'})
    })
})

describe('registered projects', () => {
  it('are added as they are, listed, read and removed', t => {
    const {config, path, project} = makeScene(t)
    assert.deepEqual(listProjects(config), [])
    assert.deepEqual(addProject(config, path, false), {project, replaced: null})
    const own = join(config, 'projects', 'demo.json')
    assert.deepEqual(listProjects(config), [{id: 'demo', path: own}])
    assert.equal(readFileSync(own, 'utf8'), readFileSync(path, 'utf8'))
    assert.deepEqual(readRegisteredProject(config, 'demo'), project)
    assert.equal(removeProject(config, 'demo'), true)
    assert.equal(removeProject(config, 'demo'), false)
    assert.deepEqual(listProjects(config), [])
  })

  it('are replaced by a file with the same id', t => {
    const {config, path, directory} = makeScene(t)
    addProject(config, path, false)
    const {project} = projectOnDisk(directory, 'https://other.example.org')
    assert.throws(() => addProject(config, path, false), {code: 'USAGE_PROJECT_REGISTERED'})
    assert.notDeepEqual(readRegisteredProject(config, 'demo'), project)
    addProject(config, path, true)
    assert.deepEqual(readRegisteredProject(config, 'demo'), project)
    assert.equal(listProjects(config).length, 1)
  })

  it('are not added when they are invalid', t => {
    const {config, directory} = makeScene(t)
    const path = join(directory, 'wrong.json')
    writeFileSync(path, '{"project": "demo"}')
    assert.throws(() => addProject(config, path, false), {code: 'USAGE_PROJECT_FILE_INVALID'})
    assert.deepEqual(listProjects(config), [])
  })

  for (const id of ['none', '', '../demo', '../../demo', '.', 'Demo', 'demo/../demo', 'demo.json', '__proto__'])
    it(`are not found by ${JSON.stringify(id)}`, t => {
      const {config, path} = makeScene(t)
      addProject(config, path, false)
      assert.throws(() => readRegisteredProject(config, id), {code: 'USAGE_PROJECT_UNKNOWN'})
      assert.equal(removeProject(config, id), false)
    })

  it('are listed without temporary and foreign files', t => {
    const {config, path} = makeScene(t)
    addProject(config, path, false)
    for (const name of ['.demo.json.7.tmp', '.hidden.json', 'notes.txt'])
      writeFileSync(join(config, 'projects', name), '')
    mkdirSync(join(config, 'projects', 'folder'))
    assert.deepEqual(
      listProjects(config).map(({id}) => id),
      ['demo'],
    )
  })
})
