import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import type {Header} from '../../src/protocol/report/header.ts'
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {recordingRelay} from '../support/recording-relay.ts'
import {runProgram} from '../support/run-program.ts'
import {runningCollector} from '../support/running-collector.ts'
import {ofShare} from '../support/share.ts'
import {readTree} from '../support/tree.ts'

const secret = 'S3CRET'

/** A person all of whose names are secret: home, host, login, folders, repository, script, arguments, environment. */
async function secretPerson(t: TestContext, environment: Readonly<Record<string, string>>) {
  const bare = isolatedHome(t)
  let collectorUrl = ''
  const relay = await recordingRelay(t, () => collectorUrl)
  const person = join(bare.home, `${secret}-user`)
  const repository = join(person, `${secret}-repository`)
  mkdirSync(join(repository, '.git'), {recursive: true})
  writeFileSync(
    join(repository, '.git', 'config'),
    `[remote "origin"]\n\turl = git@example.org:${secret}/${secret}.git\n`,
  )
  const {path, project} = projectOnDisk(repository, relay.url)
  const collector = await runningCollector(t, bare, [project])
  collectorUrl = collector.http
  const home: IsolatedHome = {
    ...bare,
    home: repository,
    stateDirectory: join(person, 'state', 'usage'),
    environment: {
      ...bare.environment,
      HOME: person,
      XDG_STATE_HOME: join(person, 'state'),
      XDG_CONFIG_HOME: join(person, 'settings'),
      ...Object.fromEntries(['USER', 'LOGNAME', 'HOSTNAME', 'SECRET_TOKEN'].map(name => [name, secret])),
      PWD: repository,
      GIT_DIR: join(repository, '.git'),
      USAGE_PROJECT_FILE: path,
      USAGE_CONSENT: `demo@${collectionVersion(project)}`,
      USAGE_SENDER: '1',
      ...environment,
    },
  }
  return {home, relay, collector}
}

const script = `usage start --script "$PWD/S3CRET.sh" --field executors=2 --field S3CRET=1 --field note=S3CRET
usage start --script "$PWD/S3CRET.sh" --field executors=S3CRET
usage feature S3CRET --type Algorithm
usage feature Load.v1 --type S3CRET
usage feature Load.v1 --type Algorithm --detail format=S3CRET --detail S3CRET=ascii
usage feature Load.v1 --type Algorithm --run S3CRET
USAGE_RUN_ID=S3CRET usage feature Rebin.v1 --type Algorithm
usage feature S3CRET --S3CRET
usage end --signal S3CRET
usage end --signal SIGS3CRET
usage end --run S3CRET
usage end --exit-code 1 --field S3CRET=S3CRET
usage flush --json`

/** Runs the script in a file of a secret name, on a host of a secret name. */
function runSecretly(home: IsolatedHome) {
  const file = join(home.home, `${secret}.sh`)
  writeFileSync(file, script)
  const command = `hostname ${secret}-host && exec sh "$0" ${secret}`
  return runProgram(home, ['unshare', '-Uru', 'sh', '-c', command, file])
}

const variants: readonly {
  readonly what: string
  readonly environment: Readonly<Record<string, string>>
  readonly ci: string | null
  readonly scheduler: string | null
  readonly agent?: string
}[] = [
  {what: 'a laptop', environment: {}, ci: null, scheduler: null},
  {
    what: 'an agent',
    environment: {AI_AGENT: secret, CODEX_THREAD_ID: secret},
    ci: null,
    scheduler: null,
    agent: 'other',
  },
  {
    what: 'CI',
    environment: {
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      ...Object.fromEntries(
        ['GITHUB_REPOSITORY', 'GITHUB_ACTOR', 'GITHUB_JOB', 'RUNNER_NAME', 'CI_JOB_NAME'].map(name => [name, secret]),
      ),
    },
    ci: 'github_actions',
    scheduler: null,
  },
  ...[
    ['slurm', ['SLURM_JOB_ID', 'SLURM_JOB_NAME', 'SLURM_JOB_USER', 'SLURM_JOB_ACCOUNT', 'SLURMD_NODENAME']] as const,
    ['pbs', ['PBS_JOBID', 'PBS_JOBNAME', 'PBS_O_LOGNAME', 'PBS_O_HOST']] as const,
  ].map(([scheduler, names]) => ({
    what: `a job of ${scheduler}`,
    environment: Object.fromEntries(names.map(name => [name, secret])),
    ci: null,
    scheduler,
  })),
]

describe('a person whose every name is secret', {concurrency: 2}, () => {
  for (const {what, environment, ci, scheduler, agent = null} of ofShare(variants, 4))
    it(`is named by no byte that leaves or that the collector keeps, from ${what}`, needs('unshare'), async t => {
      const {home, relay, collector} = await secretPerson(t, environment)
      const outcome = await runSecretly(home)
      assert.equal(JSON.parse(outcome.stdout.slice(outcome.stdout.indexOf('{'))).refused, 0, outcome.stderr)
      const stats = await collector.stats('demo')
      assert.ok(stats.runs!.total >= 1, 'nothing came')
      await collector.stop()

      const said = relay.received()
      assert.ok(said.length > 0)
      for (const text of said) assert.ok(!text.includes(secret), text)
      const kept = {...readTree(collector.data), 'what it wrote': collector.written()}
      for (const [path, content] of Object.entries(kept)) assert.ok(!content.includes(secret), path)

      const headers = said.map(text => /"header":(\{.*?\}),"events"/.exec(text)?.[1] ?? '{}')
      for (const header of headers.map(text => JSON.parse(text) as Header)) {
        assert.deepEqual([header.ci, header.scheduler, header.agent], [ci, scheduler, agent])
        assert.deepEqual([header.user === null, ci !== null ? header.host : null], [ci !== null, null])
      }
      if (ci !== null) for (const text of said) assert.doesNotMatch(text, /"script":"/)
    })
})
