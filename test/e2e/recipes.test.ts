import assert from 'node:assert/strict'
import {cpSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs, type Tool} from '../support/needs.ts'
import {repositoryPath} from '../support/repository.ts'
import {type Outcome, type RunOptions, runProgram, runUsage} from '../support/run-program.ts'
import {itOnce, share} from '../support/share.ts'
import {waitingEvents} from '../support/waiting-events.ts'

/** A copy of the recipes beside the project file of the examples, and what a maintainer has printed into it. */
async function makeScene(t: TestContext) {
  const bare = isolatedHome(t)
  const folder = join(bare.home, 'recipes')
  cpSync(repositoryPath('examples', 'recipes'), folder, {recursive: true})
  const project = join(folder, 'usage.project.json')
  cpSync(repositoryPath('examples', 'usage.project.json'), project)
  const said = {USAGE_PROJECT_FILE: project, PYTHONDONTWRITEBYTECODE: '1'}
  const home = {...bare, environment: {...bare.environment, ...said}}
  const run = (command: readonly [string, ...string[]], options: RunOptions = {}): Promise<Outcome> =>
    runProgram(home, command, {cwd: folder, ...options})
  const print = async (name: string, ...args: string[]) =>
    writeFileSync(join(folder, name), (await runUsage(home, [...args, '--project-file', project])).stdout)
  return {home, run, print, without: {PATH: '/usr/bin:/bin'}}
}

type Scene = Awaited<ReturnType<typeof makeScene>>

interface Recipe {
  readonly name: string
  readonly prepare?: (scene: Scene) => Promise<unknown>
  readonly command: readonly [string, ...string[]]
  readonly tool: Tool
  /** What make makes of the code of a recipe. */
  readonly code?: number
}

const commandInC = async ({print, run}: Scene) => {
  await print('usage_client.h', 'embed', '--lang', 'c')
  await run(['gcc', '-x', 'c', '-DUSAGE_MAIN', '-o', 'heatflow-usage', 'usage_client.h'])
}

/** Recipes whose tools start slowly. */
const otherLanguages: readonly Recipe[] = [
  {
    name: 'Fortran',
    prepare: async ({print, run}) => {
      await print('usage_client.h', 'embed', '--lang', 'c')
      await run(['gcc', '-x', 'c', '-DUSAGE_IMPLEMENTATION', '-c', '-o', 'usage_client.o', 'usage_client.h'])
      await run(['gfortran', '-Wall', '-Werror', '-o', 'program', 'program.f90', 'usage_client.o'])
    },
    command: ['./program'],
    tool: 'gfortran',
  },
  {name: 'R', prepare: commandInC, command: ['Rscript', '--vanilla', 'program.R'], tool: 'Rscript'},
  {name: 'Octave', prepare: commandInC, command: ['octave-cli', '--quiet', '--norc', 'program.m'], tool: 'octave-cli'},
  {
    name: 'CMake',
    prepare: async ({print, run}) => {
      await print('usage_client.h', 'embed', '--lang', 'c')
      await run(['cmake', '-S', '.', '-B', 'build'])
      await run(['cmake', '--build', 'build'])
    },
    command: ['./program'],
    tool: 'cmake',
  },
]

/** Each recipe: what is made first, and how it is run. It prints `computed` and ends with 3, counted or not. */
const recipes: readonly Recipe[] = [
  {
    name: 'bash',
    prepare: ({print}) => print('usage.bash', 'shell', 'bash'),
    command: ['bash', 'bash.sh'],
    tool: 'bash',
  },
  {
    name: 'Python',
    prepare: ({print}) => print('usage_client.py', 'embed', '--lang', 'python'),
    command: ['python3', 'program.py'],
    tool: 'python3',
  },
  {name: 'a Makefile', command: ['make', '-s', 'all'], tool: 'make', code: 2},
  {
    name: 'C',
    prepare: async ({print, run}) => {
      await print('usage_client.h', 'embed', '--lang', 'c')
      await run(['gcc', '-Wall', '-Werror', '-o', 'program', 'program.c'])
    },
    command: ['./program'],
    tool: 'gcc',
  },
]

describe('the recipe of', {concurrency: 2}, () => {
  for (const {name, prepare, command, tool, code = 3} of share === 'some' ? recipes : otherLanguages)
    it(
      `${name} counts a run, its feature and its exit code, and is the same program without usage`,
      needs(tool),
      async t => {
        const scene = await makeScene(t)
        await prepare?.(scene)
        const outcome = await scene.run(command)
        assert.deepEqual([outcome.code, outcome.stdout], [code, 'computed\n'], outcome.stderr)
        const events = waitingEvents(scene.home.stateDirectory)
        const [start, feature, end] = ['start', 'feature', 'end'].map(type => events.find(event => event.type === type))
        assert.ok(start?.type === 'start' && feature?.type === 'feature' && end?.type === 'end')
        assert.deepEqual([events.length, feature.run, end.run], [3, start.run, start.run])
        assert.deepEqual(
          [start.header?.version, feature.name, end.exitCode],
          ['1.4.0', 'Solver.explicit', command[0] === 'make' ? 2 : 3],
        )
        const {USAGE_PROJECT_FILE: _file, ...bare} = scene.home.environment
        const alone = await runProgram({...scene.home, environment: {...bare, ...scene.without}}, command, {
          cwd: join(scene.home.home, 'recipes'),
        })
        assert.deepEqual([alone.code, alone.stdout], [code, 'computed\n'], alone.stderr)
      },
    )

  itOnce('a SLURM prolog and epilog counts a job, and its own features belong to it', async t => {
    const {home, run, without} = await makeScene(t)
    const job = {SLURM_JOB_ID: '17', SLURM_PROCID: '0'}
    const prolog = await run(['./slurm-prolog.sh'], {environment: job})
    const [, id] = /^export USAGE_RUN_ID=([0-9a-f-]{36})\n$/.exec(prolog.stdout) ?? []
    assert.ok(id !== undefined && prolog.code === 0, prolog.stdout)
    const environment = {...job, USAGE_RUN_ID: id}
    await run(['sh', '-c', 'usage feature Solver.explicit --type Algorithm'], {environment})
    assert.deepEqual((await run(['./slurm-epilog.sh'], {environment})).code, 0)
    const events = waitingEvents(home.stateDirectory)
    assert.deepEqual(
      events.map(({type, run: of}) => [type, of]),
      [
        ['start', id],
        ['feature', id],
        ['end', id],
      ],
    )
    assert.equal(events[0]?.header?.scheduler, 'slurm')
    for (const script of ['./slurm-prolog.sh', './slurm-epilog.sh']) {
      const alone = await run([script], {environment: {...environment, ...without}})
      assert.deepEqual([alone.code, alone.stdout], [0, ''])
    }
  })
})
