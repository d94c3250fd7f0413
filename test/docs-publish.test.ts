import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {openSqliteStore} from '../src/collector/store/sqlite/sqlite.ts'
import {batchOf, pseudonym, sampleHeader, sampleProject, startOf} from './collector/samples.ts'
import {isolatedHome} from './support/isolated-home.ts'
import {repositoryPath} from './support/repository.ts'
import {runProgram} from './support/run-program.ts'

const page = readFileSync(repositoryPath('docs', 'publish.md'), 'utf8')

test('docs/publish.md: its script publishes to a branch, and commits nothing if nothing is due', async t => {
  const home = isolatedHome(t)
  const [data, repository, script] = ['data', 'figures.git', 'publish.sh'].map(name => join(home.home, name)) as [
    string,
    string,
    string,
  ]
  const store = openSqliteStore(data)
  await store.saveProjects([sampleProject()])
  const atMs = Date.now() - 60 * 86_400_000
  await store.insert(
    Array.from({length: 9}, (_, run) =>
      batchOf([startOf(run, atMs)], {header: sampleHeader({user: pseudonym(`u${run}`)}), receivedAtMs: atMs}),
    ),
  )
  await store.close()
  writeFileSync(script, /^```sh\n([\s\S]*?)^```$/m.exec(page)![1]!)
  const git = (...words: string[]): string => execFileSync('git', words, {cwd: home.home, encoding: 'utf8'})
  git('init', '--quiet', '--bare', '--initial-branch', 'gh-pages', repository)
  git('init', '--quiet', '--initial-branch', 'gh-pages', 'first')
  const author = ['-c', 'user.name=a', '-c', 'user.email=a@example.org']
  git('-C', 'first', ...author, 'commit', '--quiet', '--allow-empty', '--message', 'empty')
  git('-C', 'first', 'push', '--quiet', repository, 'gh-pages')
  const environment = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap(role => [
      [`GIT_${role}_NAME`, 'a'],
      [`GIT_${role}_EMAIL`, 'a@example.org'],
    ]),
  )
  const publish = () => runProgram(home, ['sh', script, data, repository, 'gh-pages'], {environment})
  const commits = () => Number(git('--git-dir', repository, 'rev-list', '--count', 'gh-pages'))
  const first = await publish()
  assert.deepEqual([first.code, commits()], [0, 2], first.stderr)
  assert.match(git('--git-dir', repository, 'show', 'gh-pages:parsl/v1/summary.json'), /"users": 9/)
  const again = await publish()
  assert.deepEqual([again.code, commits()], [0, 2], again.stderr)
})
