import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {hasTool, needs, type Tool} from '../support/needs.ts'
import {repositoryPath, repositoryRoot} from '../support/repository.ts'
import {freePort, openShell, readBlocks, type Step, stepsOf, withPort} from '../support/typed-page.ts'

/** What a page needs of the machine of its reader. */
interface Role {
  readonly page: string
  readonly needs: readonly Tool[]
  /** Programs that stand in for those of a cluster or a registry, as shell scripts. */
  readonly programs?: Readonly<Record<string, string>>
  /** What the reader has done before, with `heatflow.sh` and its project file in the folder. */
  readonly before?: readonly string[]
  readonly shell?: (etc: string) => readonly [string, ...string[]]
}

/** Runs each job as cron does, with nothing but the variables above it. */
const crontab = `[ "$1" = - ] || exit 0
while read -r line; do
  case $line in
    PATH=*) path=\${line#PATH=} ;;
    *) env -i HOME="$HOME" SHELL=/bin/sh PATH="$path" sh -c "\${line#* * * * * }" >>cron-mail 2>&1 || exit 1 ;;
  esac
done`

/** Runs a copy of the script under another path. */
const sbatch = `mkdir -p spool && cp "$1" spool/slurm_script || exit 1
SLURM_JOB_ID=17 SLURM_JOB_NAME="$1" SLURM_SUBMIT_DIR="$PWD" spool/slurm_script >slurm-17.out || exit 1
echo 'Submitted batch job 17'`

/** Installs what the repository has, from nowhere. */
const npm = `mkdir -p node_modules
for package; do
  case $package in
    */usage-reporter-*.tgz) ln -s '${repositoryRoot}' node_modules/usage-reporter ;;
    @oclif/core) ln -s '${repositoryPath('node_modules', '@oclif')}' node_modules/@oclif ;;
  esac
done`

const count = 'USAGE_PROJECT_FILE="$PWD/usage.project.json" sh heatflow.sh >/dev/null 2>&1'
const collect =
  'usage collect --projects usage.project.json --http 127.0.0.1:8080 >/dev/null 2>&1 & while ! curl -s 127.0.0.1:8080; do :; done'
const send = 'usage optin heatflow; usage flush heatflow'

const roles: readonly Role[] = [
  {page: 'for-users', needs: ['curl'], before: [collect, count, send, count]},
  {page: 'for-script-authors', needs: ['make'], programs: {crontab, sbatch}},
  {page: 'for-developers', needs: ['python3', 'curl'], programs: {npm}, before: ['touch usage-reporter-0.1.0.tgz']},
  {page: 'for-maintainers', needs: []},
  {
    page: 'for-administrators',
    needs: ['unshare'],
    before: [],
    shell: etc => ['unshare', '-Urm', 'sh', '-c', 'mount --bind "$0" /etc && exec bash', etc],
  },
]

/** The machine of a reader, who has the program and an example of a script that counts. */
function makeReader(t: TestContext, {programs = {}, shell}: Role) {
  const {home, environment} = isolatedHome(t)
  const {XDG_STATE_HOME: _state, XDG_CONFIG_HOME: _config, ...rest} = environment
  const folder = (name: string): string => {
    mkdirSync(join(home, name))
    return join(home, name)
  }
  const [work, bin, shared, etc] = [folder('work'), folder('bin'), folder('shared'), folder('etc')]
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  const type = openShell(t, {...rest, PATH: `${bin}:${rest['PATH']}`}, work, shell?.(etc))
  return {work, type, place: (page: string) => page.replaceAll('/opt/heatflow', work).replaceAll('/shared', shared)}
}

/** Commands of tools that need not be here. */
const isPossible = ({command}: Step): boolean => !command.includes('snakemake') || hasTool('snakemake')

describe('the page of a role', {concurrency: 2}, () => {
  for (const role of roles)
    it(`${role.page}.md works as it is typed, line by line`, needs(...role.needs), async t => {
      const port = await freePort()
      const {work, type, place} = makeReader(t, role)
      const ready = (text: string): string => withPort(place(text), port)
      for (const name of role.before === undefined ? [] : ['heatflow.sh', 'usage.project.json'])
        writeFileSync(join(work, name), ready(readFileSync(repositoryPath('examples', name), 'utf8')))
      for (const command of role.before ?? []) await type({command: ready(command), expected: ['…']})
      const page = ready(readFileSync(repositoryPath('docs', `${role.page}.md`), 'utf8'))
      for (const step of readBlocks(page).flatMap(stepsOf).filter(isPossible)) await type(step)
    })
})
