import assert from 'node:assert/strict'
import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
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
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {clientOnDisk} from '../support/python-client.ts'
import {runProgram} from '../support/run-program.ts'
import {shClientOnDisk} from '../support/sh-client.ts'
import {pick, type Share} from '../support/share.ts'

/** The generated clients: how each says what it decides, reports a run, and sends what waits in the foreground. */
export const clients = [
  {
    name: 'Python',
    claim: 'python',
    tools: ['python3'],
    sending: ['python3'],
    /** Words of sh, with C for the folder of the client. */
    consent: `python3 -c 'import sys; sys.path.insert(0, "C/python"); import usage_client as u; print(*[w for w in u.consent()[:2] if w])'`,
    load: (script: string) =>
      `python3 -c 'import sys; sys.path.insert(0, "C/python"); import usage_client as usage; ${script}'`,
    start: 'usage.start(); ',
    feature: 'usage.feature("Load.v1", "Algorithm"); ',
    end: 'usage.end(3); ',
    send: `mkdir -p "$SENDING/python" && python3 C/python/usage_client.py send "$SENDING/python"`,
  },
  {
    name: 'sh',
    claim: 'sh',
    tools: [],
    sending: ['curl'],
    consent: 'sh C/sh/usage.sh consent',
    load: (script: string) => `sh -c '. C/sh/usage.sh; ${script}'`,
    start: 'usage_start; ',
    feature: 'usage_feature Load.v1 Algorithm; ',
    end: 'usage_end 3; ',
    send: 'sh C/sh/usage.sh send',
  },
] as const

/** What a client says in a situation, and what it should. */
async function ask(t: TestContext, consent: string, situation: Situation) {
  const {home, configDirectory, stateDirectory, environment} = isolatedHome(t)
  const etc = join(home, '..', 'etc')
  mkdirSync(etc, {recursive: true})
  const siteHere = join(etc, 'usage')
  const place: ConsentPlace = {siteDirectory: siteHere, configDirectory, stateDirectory, variables: {}, entries: {}}
  situation.arrange(place)
  // These clients know no other way than HTTP.
  delete place.entries['endpoint']
  const {project} = projectOnDisk(home, 'http://127.0.0.1:9', place.entries)
  clientOnDisk(home, project)
  shClientOnDisk(home, project)
  const variables = {...place.variables, PYTHONDONTWRITEBYTECODE: '1'}
  const scene: IsolatedHome = {home, configDirectory, stateDirectory, environment: {...environment, ...variables}}
  const inPlace = ['unshare', '-Urm', 'sh', '-c', 'mount --bind "$0" /etc && exec "$@"', etc] as const
  const {stdout} = await runProgram(scene, [...inPlace, 'sh', '-c', consent.replaceAll(/(?<![^\s"'])C\//g, `${home}/`)])
  const decidedBy = situation.decidedBy({...place, siteDirectory})
  return [stdout.trim(), [situation.reason, ...(decidedBy === null ? [] : [decidedBy])].join(' ')] as const
}

/** Asks each client what it decides: with one share by every rule, in every second other situation and for one pair of rules of fourteen. */
export function clientsDecideAsCommands(share: Share): void {
  const more = pick([...otherOptOuts, ...allowedSituations], share, 2)
  const situations = share === 'some' ? [...rules, ...lostFolders, ...more] : more
  for (const {name, tools, consent} of clients)
    describe(`the consent of the client of ${name}`, {concurrency: 2}, () => {
      it('decides as the commands do by each rule, and says what decided', needs('unshare', ...tools), async t => {
        for (const situation of situations) {
          const [said, wanted] = await ask(t, consent, situation)
          assert.equal(said, wanted, situation.what)
        }
      })

      it('names the first rule of any two', needs('unshare', ...tools), async t => {
        for (const situation of pick(pairsOf(rules), share, 14, 3)) {
          const [said, wanted] = await ask(t, consent, situation)
          assert.equal(said, wanted, situation.what)
        }
      })
    })
}
