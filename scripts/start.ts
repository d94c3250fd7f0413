/**
 * `npm start`: a complete demo on this machine, with real parts. It runs a collector with a temporary data folder, and
 * an example script as two people. It prints `usage stats`, writes the same as a page, and exits.
 */
import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {delimiter, dirname, join} from 'node:path'
import {createInterface} from 'node:readline'
import type {Readable} from 'node:stream'
import {setTimeout as wait} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {collectionVersion, parseProjectFile} from '../src/protocol/project/project-file.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = join(root, 'bin', 'run.js')
/** The page with the statistics. Git ignores it. */
const answerPage = join(root, 'usage-report.html')
const script = join(root, 'examples', 'heatflow.sh')

interface Person {
  readonly name: string
  readonly environment: NodeJS.ProcessEnv
}

const directory = mkdtempSync(join(tmpdir(), 'usage-start-'))

async function showWholeLine(): Promise<void> {
  const projects = join(directory, 'projects')
  const data = join(directory, 'data')
  mkdirSync(projects)
  const example = JSON.parse(readFileSync(join(root, 'examples', 'usage.project.json'), 'utf8'))
  writeFileSync(join(projects, 'heatflow.json'), JSON.stringify(example))

  say('A collector on a free port of this machine:')
  const {child, http} = await startCollector(projects, data)
  say(`  ${http}\n`)
  try {
    const file = join(directory, 'usage.project.json')
    writeFileSync(file, JSON.stringify({...example, endpoint: {http}}))
    for (const name of ['Ada', 'Grace']) await work(personAt(name, file))
    say('\nThe statistics for the maintainers: usage stats\n')
    spawnSync(process.execPath, [run, 'stats', '--data', data], {stdio: 'inherit'})
    const page = spawnSync(process.execPath, [run, 'stats', '--data', data, '--format', 'html'], {encoding: 'utf8'})
    writeFileSync(answerPage, page.stdout)
    say(howToGoOn)
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
}

async function startCollector(projects: string, data: string): Promise<{child: ChildProcess; http: string}> {
  const places = ['--projects', projects, '--data', data, '--http', '127.0.0.1:0', '--udp', 'off']
  const args = ['collect', ...places, '--json', '--log-level', 'warn']
  const child = spawn(process.execPath, [run, ...args], {stdio: ['ignore', 'pipe', 'inherit']})
  const line = await Promise.race([firstLine(child.stdout), once(child, 'exit').then(() => null)])
  if (line === null) throw new Error('the collector ended before it listened')
  return {child, http: JSON.parse(line).http}
}

async function firstLine(output: Readable): Promise<string> {
  const [line] = (await once(createInterface(output), 'line')) as [string]
  return line
}

/** A person with a separate home, who consented before: the consent is in the environment. */
function personAt(name: string, projectFile: string): Person {
  const home = join(directory, name)
  mkdirSync(home)
  const project = parseProjectFile(JSON.parse(readFileSync(projectFile, 'utf8')))
  if (!project.ok) throw new Error('the example project file is not valid')
  // Only the variables that programs need, so that no CI system and no opt-out changes the demo.
  const environment = {
    PATH: [join(root, 'bin'), dirname(process.execPath), process.env['PATH']].join(delimiter),
    HOME: home,
    USAGE_PROJECT_FILE: projectFile,
    USAGE_CONSENT: `${project.value.project}@${collectionVersion(project.value)}`,
  }
  return {name, environment}
}

async function work(person: Person): Promise<void> {
  const isAda = person.name === 'Ada'
  say(`${person.name} runs examples/heatflow.sh:`)
  report('a small rod', runToEnd(person, ['40', '400', '0.4']))
  report('a long rod', runToEnd(person, ['400', '600', '0.4']))
  if (isAda) {
    report('an unstable scheme', runToEnd(person, ['40', '400', '0.6']))
    await runAndKill(person)
    say('  a run that is killed: its end is not recorded')
  }
  const usage = (...args: string[]) =>
    spawnSync(process.execPath, [run, ...args], {env: person.environment, encoding: 'utf8'}).stdout
  say(`  usage flush: ${usage('flush').trim()}`)
  const [{sent, waiting}] = JSON.parse(usage('status', '--json')).projects
  say(`  usage status: ${sent.events} events sent, most of them in the background, ${waiting.events} waiting`)
}

function runToEnd(person: Person, args: readonly string[]): number | null {
  return spawnSync('sh', [script, ...args], {env: person.environment, stdio: 'ignore'}).status
}

/** Starts a run that would take minutes and kills it, as a batch system does at the time limit. */
async function runAndKill(person: Person): Promise<void> {
  const child = spawn('sh', [script, '2000', '1000000', '0.4'], {
    env: person.environment,
    stdio: 'ignore',
    detached: true,
  })
  await wait(2000)
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  await once(child, 'exit')
}

function report(what: string, exitCode: number | null): void {
  say(`  ${what}: exit code ${exitCode}`)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

const howToGoOn = `
To keep such a collector running, with your own project file in the folder projects/:

  export PATH="${join(root, 'bin')}:$PATH"
  usage collect --projects projects --data usage-data --http 127.0.0.1:8080

For its statistics, in the same folder: usage stats

The same statistics as a page with charts: ${answerPage}
The dashboard, with two years of made-up data:

  ${join(root, 'bin', 'run.js')} demo
`

try {
  await showWholeLine()
} finally {
  rmSync(directory, {recursive: true, force: true, maxRetries: 5, retryDelay: 100})
}
