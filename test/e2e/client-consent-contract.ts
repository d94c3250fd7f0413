import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {aRunOf, type ClientDriver, clientEnvironment, prepareClient} from '../support/client-driver.ts'
import {
  allowedSituations,
  type ConsentPlace,
  lostFolders,
  otherOptOuts,
  pairsOf,
  rules,
  type Situation,
  siteDirectory,
} from '../support/consent-situations.ts'
import {eventually} from '../support/eventually.ts'
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {policyCases} from '../support/policies.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runProgram} from '../support/run-program.ts'
import {pick, type Share, share as shareHere} from '../support/share.ts'
import {silentServer} from '../support/silent-server.ts'
import {traced} from '../support/traced.ts'
import {readTree} from '../support/tree.ts'
import {waitingEvents} from '../support/waiting-events.ts'

/** A home in a situation, with the client. These clients know no other way than HTTP. */
function arrangeClient(t: TestContext, driver: ClientDriver, situation: Situation, http = 'http://127.0.0.1:9') {
  const bare = isolatedHome(t)
  const etc = join(bare.home, '..', 'etc')
  mkdirSync(etc, {recursive: true})
  const place: ConsentPlace = {...bare, siteDirectory: join(etc, 'usage'), variables: {}, entries: {}}
  situation.arrange(place)
  delete place.entries['endpoint']
  const {path, project} = projectOnDisk(bare.home, http, place.entries)
  const folder = join(bare.home, '..', 'client')
  prepareClient(driver, folder, path, project, bare.environment)
  const environment = {...bare.environment, ...place.variables, ...clientEnvironment(driver, folder, path)}
  const home: IsolatedHome = {...bare, environment}
  const decidedBy = situation.decidedBy({...place, siteDirectory})
  const wanted = [situation.reason, ...(decidedBy === null ? [] : [decidedBy])].join(' ')
  return {home, etc, wanted, run: (words: string) => runProgram(home, inPlace(etc, words))}
}

/** Words of sh with `etc` as /etc. */
const inPlace = (etc: string, words: string): [string, ...string[]] => [
  ...(['unshare', '-Urm', 'sh', '-c', 'mount --bind "$0" /etc && exec "$@"', etc] as const),
  ...(['sh', '-c', words] as const),
]

/** A row of the table of consent, where the suite runs for one client. */
function print(outcome: string, {what}: Situation): void {
  if (shareHere === 'all') console.log(`| ${outcome} | ${what.replaceAll('\n', ' ')} |`)
}

/** Everything that is asked of a client about consent. `share`: which situations. */
export function clientDecides(driver: ClientDriver, share: Share): void {
  const more = pick([...lostFolders, ...otherOptOuts, ...allowedSituations], share, 12)
  const situations = share === 'others' ? more : [...rules, ...more]
  const {consent, name, tools} = driver
  describe(`the consent of ${name}`, {concurrency: 2}, () => {
    if (consent !== undefined) {
      const ask = async (t: TestContext, situation: Situation) => {
        const {run, wanted} = arrangeClient(t, driver, situation)
        const {stdout} = await run(consent)
        assert.equal(stdout.trim(), wanted, situation.what)
      }
      it('decides as the commands do by each rule, and says what decided', needs('unshare', ...tools), async t => {
        for (const situation of situations) {
          await ask(t, situation)
          print(`says ${situation.reason}`, situation)
        }
      })

      it('names the first rule of any two', needs('unshare', ...tools), async t => {
        for (const situation of pick(pairsOf(rules), share, 14, 3)) await ask(t, situation)
      })
    }
  })
}

/** Asks a client about every policy of the table, with one share about one in `oneOf`. */
export function clientReadsPolicies(driver: ClientDriver, share: Share, oneOf = 1): void {
  const {consent, name, tools} = driver
  if (consent === undefined) return
  const cases = pick(policyCases, share, oneOf)
  if (cases.length === 0) return
  it(`a site policy means for ${name} what it means for the commands`, needs('unshare', ...tools), async t => {
    const {home, etc, run} = arrangeClient(t, driver, allowedSituations[0]!)
    mkdirSync(join(etc, 'usage'), {recursive: true})
    for (const [index, {content}] of cases.entries()) writeFileSync(join(home.home, `policy-${index}`), content)
    const {stdout} = await run(
      `for n in $(seq 0 ${cases.length - 1}); do cat "$HOME/policy-$n" >/etc/usage/policy.json; ${consent}; done`,
    )
    const said = stdout.trim().split('\n')
    for (const [index, {effect, content}] of cases.entries()) {
      const isOn = effect === 'on' || (effect === 'routed' && driver.claim === undefined)
      assert.equal(said[index], isOn ? 'allowed' : 'site-policy /etc/usage/policy.json', content)
    }
  })
}

/** Watches a client under every rule, by strace, and where no rule forbids anything. */
export function clientKeepsConsent(driver: ClientDriver): void {
  const {name, tools, programs} = driver
  describe(`consent by ${name}`, {concurrency: 2}, () => {
    it('forbids every file, connection and other program', needs('strace', 'unshare', ...tools), async t => {
      for (const situation of [...rules, ...lostFolders]) {
        const server = await silentServer(t)
        const {home, etc} = arrangeClient(t, driver, situation, server.url)
        const before = readTree(home.home)
        const trace = await traced(t, home, etc, ['sh', aRunOf(driver)])
        const what = situation.what
        assert.equal(trace.outcome.stderr, '', what)
        assert.deepEqual([trace.network, trace.writes, server.connections()], [[], [], 0], what)
        assert.deepEqual(readTree(home.home), before, what)
        const own = [driver.program, driver.start, driver.feature, driver.end].join(' ')
        const known = (path: string) => own.includes(path.slice(path.lastIndexOf('/') + 1))
        const others = trace.programs.filter(path => !known(path) && !programs.some(one => path.endsWith(`/${one}`)))
        assert.deepEqual(
          others.filter(path => path !== '/usr/bin/sh' && path !== '/bin/sh'),
          [],
          what,
        )
        print('records nothing', situation)
      }
    })

    it('records a start, a use and an end where no rule forbids it', needs('unshare', ...tools), async t => {
      for (const situation of allowedSituations) {
        const {home, run} = arrangeClient(t, driver, situation)
        await run(aRunOf(driver))
        await eventually(() => assert.equal(waitingEvents(home.stateDirectory).length, 3, situation.what))
        print('records', situation)
      }
    })
  })
}
