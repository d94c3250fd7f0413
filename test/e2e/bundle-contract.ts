import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {after, describe, it} from 'node:test'
import {cloneWithout} from '../support/clone-without.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram} from '../support/run-program.ts'
import {makeScene} from '../support/scene.ts'
import {pick, type Share} from '../support/share.ts'

const nowhere = 'http://127.0.0.1:9'
const quiet = {USAGE_SENDER: '1', SHELL: '/bin/sh'}
const manifest = JSON.parse(readFileSync(repositoryPath('oclif.manifest.json'), 'utf8'))
const commands = Object.keys(manifest.commands).map(id => id.split(':'))
/** What a person or a script may say, right and wrong, of what no command needs a network for. */
const others: readonly (readonly string[])[] = [
  ...[[], ['--version'], ['--help'], ['help'], ['help', 'stats'], ['project'], ['project', 'nothing'], ['nothing']],
  ...[['status', '--json'], ['log'], ['preview'], ['explain'], ['optout'], ['optin', '--json'], ['enable', '--bogus']],
  ...[
    ['shell', 'bash'],
    ['embed', 'python'],
    ['project', 'list', '--json'],
    ['project', 'check', 'package.json'],
  ],
  ...[
    ['stats', '--store', '/nowhere'],
    ['flush', '--wait', 'long'],
    ['start', '--strict', 'x'],
    ['run', '--', 'true'],
  ],
]

/** Compares the bundle with the modules: one argument list of twenty-four with one share. */
export function bundleAgreesWithModules(share: Share): void {
  const modules = cloneWithout({after: end => after(end as () => void)}, 'commands.cjs')
  describe('the bundle of all commands', {concurrency: 2}, () => {
    for (const args of pick(
      [
        ...commands.flatMap(id => [
          [...id, '--help'],
          [...id, '--bogus', '--json', '--strict'],
        ]),
        ...others,
      ],
      share,
      24,
    ))
      it(`comes to the same as the modules that it was made of: usage ${args.join(' ')}`, async t => {
        const [whole, parts] = await Promise.all(
          [repositoryPath('bin', 'run.js'), modules].map(async program => {
            const {home} = makeScene(t, nowhere)
            const outcome = await runProgram(home, [process.execPath, program, ...args], {environment: quiet})
            return JSON.stringify(outcome, null, 1)
              .replaceAll(home.environment['TMPDIR'] ?? '', 'TMPDIR')
              .replace(/\d{4}-\d\d-\d\dT[0-9:.]+Z/g, 'now')
          }),
        )
        assert.equal(whole, parts)
      })
  })
}
