import assert from 'node:assert/strict'
import {cpSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram} from '../support/run-program.ts'
import {waitingEvents} from '../support/waiting-events.ts'

test(
  'the recipe of Snakemake counts a run and its end, and is the same workflow without usage',
  needs('snakemake'),
  async t => {
    const home = isolatedHome(t)
    const snakefile = join(home.home, 'Snakefile')
    cpSync(repositoryPath('examples', 'recipes', 'Snakefile'), snakefile)
    cpSync(repositoryPath('examples', 'usage.project.json'), join(home.home, 'usage.project.json'))
    const work = [
      'snakemake',
      '--snakefile',
      snakefile,
      '--cores',
      '1',
      '--nolock',
      '--directory',
      join(home.home, 'work'),
    ]
    const run = (environment = {}) => runProgram(home, work as [string, ...string[]], {cwd: '/', environment})
    const outcome = await run()
    assert.deepEqual([outcome.code, outcome.stdout], [1, 'computed\n'], outcome.stderr)
    const events = waitingEvents(home.stateDirectory)
    const [start, feature, end] = ['start', 'feature', 'end'].map(type => events.find(event => event.type === type))
    assert.ok(start?.type === 'start' && feature?.type === 'feature' && end?.type === 'end', outcome.stderr)
    assert.deepEqual([events.length, feature.run, end.run, end.exitCode], [3, start.run, start.run, 1])
    assert.deepEqual([start.local?.script, start.header?.version], [snakefile, '1.4.0'])
    const alone = await run({PATH: '/usr/bin:/bin'})
    assert.deepEqual([alone.code, alone.stdout], [1, 'computed\n'], alone.stderr)
  },
)
