import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {cClientOnDisk} from '../support/c-client.ts'
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
import {policyCases} from '../support/policies.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {clientOnDisk} from '../support/python-client.ts'
import {runProgram} from '../support/run-program.ts'
import {clientShells, shClientOnDisk} from '../support/sh-client.ts'
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

/** The command of the client in C. It has to be compiled for each project, so only the long tests have it. */
export const clientInC = {
  name: 'C',
  claim: 'c',
  tools: ['gcc'],
  sending: ['gcc', 'curl'],
  consent: 'C/c/demo-usage consent',
  load: (script: string) => `sh -c '${script}'`,
  start: 'C/c/demo-usage start; ',
  feature: 'C/c/demo-usage feature Load.v1 --type Algorithm; ',
  end: 'C/c/demo-usage end 3; ',
  send: 'C/c/demo-usage send',
} as const

/** What a client says in a situation, and what it should. */
async function ask(t: TestContext, consent: string, situation: Situation) {
  const {home, scene, etc, place} = arrangeClients(t, situation, consent === clientInC.consent)
  const {stdout} = await runProgram(scene, inPlace(etc, home, consent))
  const decidedBy = situation.decidedBy({...place, siteDirectory})
  return [stdout.trim(), [situation.reason, ...(decidedBy === null ? [] : [decidedBy])].join(' ')] as const
}

/** A program with `etc` as /etc: words of sh, with C for the folder of the clients. */
function inPlace(etc: string, folder: string, words: string): [string, ...string[]] {
  const script = words.replaceAll(/(?<![^\s"'])C\//g, `${folder}/`)
  return ['unshare', '-Urm', 'sh', '-c', 'mount --bind "$0" /etc && exec "$@"', etc, 'sh', '-c', script]
}

function arrangeClients(t: TestContext, situation: Situation, isInC = false) {
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
  if (isInC) cClientOnDisk(home, project)
  const variables = {...place.variables, PYTHONDONTWRITEBYTECODE: '1'}
  const scene: IsolatedHome = {home, configDirectory, stateDirectory, environment: {...environment, ...variables}}
  return {home, scene, etc, place}
}

/** Asks the generated clients about every policy of the table: with one share in Python and sh, else in the other shells. */
export function clientsReadEveryPolicy(share: Share): void {
  const count = policyCases.length
  const inShell = (ask: string) =>
    `for n in $(seq 0 ${count - 1}); do cat "C/policy-$n" >/etc/usage/policy.json; ${ask}; done`
  const shells = clientShells.map(({name, command}) => {
    return {name, tools: [command[0]], ask: inShell(`${command.join(' ')} C/sh/usage.sh consent`)}
  })
  // In one process, because Python takes long to start.
  const inPython = `import shutil, sys; sys.path.insert(0, "C/python"); import usage_client as usage
for n in range(${count}): shutil.copy("C/policy-%d" % n, "/etc/usage/policy.json"); print(*filter(None, usage.consent()[:2]))`
  const python = {name: 'Python', tools: ['python3' as const], ask: `python3 -c '${inPython}'`}
  const c = {name: clientInC.name, tools: clientInC.tools, ask: inShell(clientInC.consent)}
  const readers = share === 'some' ? [python, ...shells.filter(({name}) => name === 'dash')] : [...shells, c]
  describe('a site policy that is read by the client', {concurrency: 2}, () => {
    for (const {name, tools, ask} of readers)
      it(`of ${name} means what it means for the commands`, needs('unshare', ...tools), async t => {
        const {home, scene, etc} = arrangeClients(t, allowedSituations[0]!, name === clientInC.name)
        mkdirSync(join(etc, 'usage'), {recursive: true})
        for (const [index, {content}] of policyCases.entries()) writeFileSync(join(home, `policy-${index}`), content)
        const {stdout} = await runProgram(scene, inPlace(etc, home, ask))
        const said = stdout.trim().split('\n')
        for (const [index, {effect, content}] of policyCases.entries()) {
          // These clients send to no other place than the project's own.
          const wanted = effect === 'on' ? 'allowed' : 'site-policy /etc/usage/policy.json'
          assert.equal(said[index], wanted, content)
        }
      })
  })
}

/** Asks each client what it decides: with one share by every rule, in one of twelve other situations and for one pair of rules of fourteen. */
export function clientsDecideAsCommands(share: Share): void {
  const more = pick([...lostFolders, ...otherOptOuts, ...allowedSituations], share, 12)
  const situations = (name: string) => (share === 'some' || name === clientInC.name ? [...rules, ...more] : more)
  for (const {name, tools, consent} of share === 'some' ? clients : [...clients, clientInC])
    describe(`the consent of the client of ${name}`, {concurrency: 2}, () => {
      it('decides as the commands do by each rule, and says what decided', needs('unshare', ...tools), async t => {
        for (const situation of situations(name)) {
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
