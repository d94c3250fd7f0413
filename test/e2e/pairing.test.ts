import assert from 'node:assert/strict'
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {needs, type Tool} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {repositoryPath} from '../support/repository.ts'
import {runShell} from '../support/run-program.ts'
import {describeOnce, itOnce, ofShare} from '../support/share.ts'
import {waitingEvents} from '../support/waiting-events.ts'

/** Nothing listens here, and nothing is sent: the notice holds it back. */
const nowhere = 'http://127.0.0.1:9'

function homeWithProject(t: TestContext): IsolatedHome {
  const home = isolatedHome(t)
  const {path} = projectOnDisk(home.home, nowhere)
  return {...home, environment: {...home.environment, USAGE_PROJECT_FILE: path}}
}

/** How a start and its end are called, and that they find each other. SHELL stands for the shell under test. */
const cases: readonly (readonly [situation: string, script: string, tool?: Tool])[] = [
  ['a plain script', 'command usage start\ncommand usage end --exit-code 0'],
  ['one sh -c that execs its last command', `SHELL -c 'command usage start; usage end --exit-code 0'`],
  ['an sh -c for each, which execs its only command', `SHELL -c 'usage start'\nSHELL -c 'usage end --exit-code 0'\n:`],
  [
    '$(usage start --print-id)',
    'run=$(command usage start --print-id)\ntest -n "$run"\ncommand usage end --exit-code 0',
  ],
  ['the id that start printed', 'run=$(command usage start --print-id)\ncommand usage end --run "$run" --exit-code 0'],
  ['a subshell for each', '(command usage start)\n(command usage end --exit-code 0)\n:'],
  ['both sides of a pipe', '{ command usage start; echo; } | { cat >/dev/null; command usage end --exit-code 0; }'],
  ['xargs', `echo start | xargs usage\necho 'end --exit-code 0' | xargs usage`],
  ['npx', 'npx --no usage start\nnpx --no usage end --exit-code 0\n:'],
  ['timeout', 'timeout 20 usage start\ntimeout 20 usage end --exit-code 0\n:'],
  ['the lines of a Makefile', 'make -s -f Makefile all\n:', 'make'],
  [
    'a script that has its own function usage',
    'usage() { exit 64; }\ncommand usage start\ncommand usage end --exit-code 0',
  ],
  ['the second name of the program', 'usage-reporter start\nusage-reporter end --exit-code 0'],
  [
    'a script that is the first process of a container',
    `unshare -Urpf --mount-proc SHELL -c 'command usage start; command usage end --exit-code 0; :'`,
    'unshare',
  ],
  ['a script that leads its session', `setsid -w SHELL -c 'command usage start; command usage end --exit-code 0; :'`],
]

for (const [index, shell] of (['bash', 'dash'] as const).entries()) {
  describe(`pairing in ${shell}`, {concurrency: 2}, () => {
    for (const [situation, script, tool = shell] of ofShare(cases, 3, index)) {
      it(`finds the start for the end in ${situation}`, needs(shell, tool), async t => {
        const home = homeWithProject(t)
        prepareWorkingDirectory(home)
        const outcome = await runShell(home, shell, script.replaceAll('SHELL', shell))
        assert.equal(outcome.code, 0, outcome.stderr)
        const [start, end] = waitingEvents(home.stateDirectory)
        assert.equal(start?.type, 'start')
        assert.equal(end?.type, 'end')
        assert.equal(end.run, start.run)
        assert.ok(end.durationSeconds !== null && end.durationSeconds > 0)
      })
    }

    itOnce('keeps the runs of nested scripts apart', needs(shell), async t => {
      const home = homeWithProject(t)
      const inner = join(home.home, 'inner.sh')
      writeFileSync(
        inner,
        'command usage start\ncommand usage feature Rebin.v1 --type Algorithm\ncommand usage end --exit-code 2\n',
      )
      const script = `command usage start\ncommand usage feature Load.v1 --type Algorithm\n${shell} ${inner}\ncommand usage feature Save.v1 --type Algorithm\ncommand usage end --exit-code 1`
      await runShell(home, shell, script)
      const events = waitingEvents(home.stateDirectory)
      const what = events.map(event => ('name' in event ? event.name : event.type))
      assert.deepEqual(what, ['start', 'Load.v1', 'start', 'Rebin.v1', 'end', 'Save.v1', 'end'])
      const [outer, load, within, rebin, innerEnd, save, outerEnd] = events.map(event => event.run)
      assert.notEqual(outer, within)
      assert.deepEqual([load, save, outerEnd], [outer, outer, outer])
      assert.deepEqual([rebin, innerEnd], [within, within])
    })

    itOnce('leaves an end without a start unpaired, and the script unharmed', needs(shell), async t => {
      const home = homeWithProject(t)
      const outcome = await runShell(home, shell, 'set -e\ncommand usage end --exit-code 0\necho went on')
      assert.equal(outcome.stdout, 'went on\n')
      const [end] = waitingEvents(home.stateDirectory)
      assert.equal(end?.run, null)
    })
  })
}

/** What each end says, by the version of its run, and the events without a run. */
function pairs(home: IsolatedHome) {
  const events = waitingEvents(home.stateDirectory)
  const versionOf = new Map(events.flatMap(one => (one.type === 'start' ? [[one.run, one.header?.version]] : [])))
  const ends = events.filter(one => one.type === 'end')
  return {
    paired: ends.filter(one => one.run !== null).map(one => [versionOf.get(one.run ?? ''), one.exitCode]),
    unpaired: ends.filter(one => one.run === null).length,
    versions: [...versionOf.values()].sort(),
  }
}

describeOnce('pairing of runs at the same time', () => {
  it('swaps no ends of the recipes of make -j', needs('bash', 'make'), async t => {
    const home = homeWithProject(t)
    const recipe = (name: string, code: number, other: string) =>
      [
        `${name}:`,
        `command usage start --app-version ${name}`,
        `touch ${name}.started; until [ -e ${other}.started ]; do sleep 0.05; done`,
        ...(name === 'slow' ? ['until [ -e quick.ended ]; do sleep 0.05; done'] : []),
        `command usage end --exit-code ${code}; touch ${name}.ended`,
      ].join('\n\t')
    const makefile = `all: slow quick\n${recipe('slow', 0, 'quick')}\n${recipe('quick', 7, 'slow')}\n`
    writeFileSync(join(home.home, 'Makefile'), makefile)
    const outcome = await runShell(home, 'bash', 'make -s -j2 all')
    assert.equal(outcome.code, 0, outcome.stderr)
    const {paired, unpaired, versions} = pairs(home)
    assert.deepEqual(versions, ['quick', 'slow'])
    assert.equal(paired.length + unpaired, 2)
    for (const [version, code] of paired) assert.equal(code, version === 'slow' ? 0 : 7)
  })

  it('swaps no ends that one program calls for two runs at the same time', needs('bash'), async t => {
    const home = homeWithProject(t)
    const program = join(home.home, 'two.cjs')
    writeFileSync(
      program,
      `const {spawnSync} = require('node:child_process')
       const usage = (...args) => spawnSync('usage', args, {stdio: 'inherit'})
       for (const version of ['slow', 'quick']) usage('start', '--app-version', version)
       usage('end', '--exit-code', '0')
       usage('end', '--exit-code', '7')\n`,
    )
    await runShell(home, 'bash', `node ${program}; :`)
    assert.deepEqual(pairs(home), {paired: [], unpaired: 2, versions: ['quick', 'slow']})
  })

  it('pairs each end of a loop with the start before it, where earlier runs have no end', needs('bash'), async t => {
    const home = homeWithProject(t)
    const body = 'command usage start --app-version "$i"; [ "$i" = 2 ] || command usage end --exit-code "$i"'
    for (const shell of ['bash', 'sh']) await runShell(home, shell, `for i in 1 2 3; do ${body}; done; :`)
    const codes = pairs(home).paired.map(([version, code]) => Number(version) - Number(code))
    assert.deepEqual(codes, [0, 0, 0, 0])
  })
})

describeOnce('USAGE_RUN_ID', () => {
  it('joins no two projects: a feature of another project has no run', async t => {
    const home = homeWithProject(t)
    const {path: other} = projectOnDisk(home.home, nowhere, {project: 'other'})
    await runShell(home, 'bash', `usage run -- usage feature Load.v1 --type Algorithm --project-file ${other}`)
    const events = waitingEvents(home.stateDirectory)
    assert.deepEqual(events.map(({type, run}) => [type, run === null]).sort(), [
      ['end', false],
      ['feature', true],
      ['start', false],
    ])
  })

  it('gives way to a run that a nearer script started', async t => {
    const home = homeWithProject(t)
    const inner = join(home.home, 'inner.sh')
    const feature = 'command usage feature Load.v1 --type Algorithm'
    writeFileSync(inner, `${feature}\ncommand usage start\n${feature}\ncommand usage end\n${feature}\n`)
    await runShell(home, 'bash', `usage run -- sh ${inner}`)
    const [outer, before, within, feature2, innerEnd, after, outerEnd] = waitingEvents(home.stateDirectory)
    assert.deepEqual([before?.run, after?.run, outerEnd?.run], [outer?.run, outer?.run, outer?.run])
    assert.deepEqual([feature2?.run, innerEnd?.run], [within?.run, within?.run])
    assert.notEqual(outer?.run, within?.run)
  })
})

/** A Makefile with a recipe of two lines, and a package that has the program installed. */
function prepareWorkingDirectory(home: IsolatedHome): void {
  writeFileSync(join(home.home, 'Makefile'), 'all:\n\tcommand usage start\n\tcommand usage end --exit-code 0\n')
  writeFileSync(join(home.home, 'package.json'), '{"name": "somebody", "private": true}')
  const bin = join(home.home, 'node_modules', '.bin')
  mkdirSync(bin, {recursive: true})
  symlinkSync(repositoryPath('bin', 'run.js'), join(bin, 'usage'))
}
