import {mkdirSync, mkdtempSync, realpathSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Agenda} from './agenda.ts'
import {checkWorld} from './check-world.ts'
import {Dice} from './dice.ts'
import {FileTimes} from './file-times.ts'
import {Host} from './host.ts'
import {planIncidents} from './incidents.ts'
import {invoke, makeJob} from './jobs.ts'
import {live} from './life.ts'
import {NaiveCollector} from './naive-collector.ts'
import {Network} from './network.ts'
import {Person} from './person.ts'
import {rememberedProject} from './senders.ts'
import {flush} from './sending.ts'
import {SimulatedCollector} from './simulated-collector.ts'
import type {Universe} from './universe.ts'
import {Witness} from './witness.ts'

export interface SimulationOptions {
  readonly seed: number
  readonly users: number
  readonly years: number
}

/** What happened in one world, for people. */
export interface Summary {
  readonly events: number
  readonly stored: number
  readonly tally: ReadonlyMap<string, number>
}

const firstInstantMs = Date.parse('2019-09-17T06:00:00Z')
const yearMs = 365 * 86_400_000
const minuteMs = 60_000

/** Lets one world happen and compares everything with the truth. Rejects with what does not agree. */
export async function simulate(options: SimulationOptions): Promise<Summary> {
  const root = makeRoot()
  try {
    const universe = makeUniverse(options, root)
    await universe.collector.open()
    try {
      await universe.agenda.run()
      await finish(universe)
      await checkWorld(universe)
    } finally {
      await universe.collector.close()
    }
    return summarize(universe)
  } finally {
    rmSync(root, {recursive: true, force: true})
  }
}

/** In memory where there is some to write to: a world writes a hundred thousand small files. */
function makeRoot(): string {
  const memory = statSync('/dev/shm', {throwIfNoEntry: false})
  return realpathSync(mkdtempSync(join(memory?.isDirectory() ? '/dev/shm' : tmpdir(), 'usage-simulation-')))
}

function makeUniverse({seed, users, years}: SimulationOptions, root: string): Universe {
  const agenda = new Agenda(firstInstantMs, firstInstantMs + years * yearMs)
  const dice = new Dice(seed)
  const hosts = makeHosts(agenda, dice, root, Math.max(2, Math.ceil(users / 2)))
  const people = Array.from({length: users}, (_, index) => makePerson(dice, hosts, root, index))
  const collector = new SimulatedCollector(root, agenda.clock)
  const naive = new NaiveCollector()
  const witness = new Witness()
  const network = new Network({agenda, witness, collector, naive})
  const fileTimes = new FileTimes(root)
  const universe = {agenda, dice, fileTimes, hosts, people, witness, network, collector, naive, tally: new Map()}
  for (const person of people) live(universe, person, dice.pick([1, 3, 3, 10]))
  planIncidents(universe, root)
  return universe
}

function makeHosts({clock}: Agenda, dice: Dice, root: string, count: number): Host[] {
  const image = '0123456789abcdef0123456789abcdef'
  return Array.from({length: count}, (_, index) => {
    // Machines made from one image share its machine id; some images have none.
    const own = Buffer.from(dice.bytes(16)).toString('hex')
    const machineId = dice.pick([own, own, image, null])
    return new Host({name: `S3CRET-host${index}`, machineId, root, time: clock, dice: dice.fork()})
  })
}

function makePerson(dice: Dice, hosts: readonly Host[], root: string, index: number): Person {
  const own = hosts[index % hosts.length]!
  const shared = dice.chance(0.5) ? [dice.pick(hosts)] : []
  const person = new Person({name: `person${index}`, root, hosts: [...new Set([own, ...shared])], isCi: false})
  mkdirSync(person.home, {recursive: true})
  return person
}

/** At the end the network is good, and everybody's sender runs twice: what a killed one had claimed comes back first. */
async function finish(universe: Universe): Promise<void> {
  const {agenda, network, people, dice} = universe
  network.mood = {kind: 'up'}
  for (const _round of [1, 2]) {
    agenda.clock.nowMs += 3 * minuteMs
    for (const person of people)
      for (const ledger of person.usedLedgers(null)) {
        const project = rememberedProject(ledger)!
        const environment = person.isCi ? {CI: 'true', GITHUB_ACTIONS: 'true'} : {}
        const parts = {person, host: person.hosts[0]!, project: ledger.project, environment, parent: null, trouble: 0}
        await flush(universe, invoke(dice, makeJob(dice, parts)), project, {trouble: 0})
      }
  }
}

function summarize({people, naive, tally, network}: Universe): Summary {
  const ledgers = people.flatMap(person => [...person.ledgers.values()])
  const events = ledgers.reduce((sum, ledger) => sum + ledger.made.size, 0)
  const told = ledgers.reduce((sum, ledger) => sum + ledger.told, 0)
  const all = new Map([...tally, ...[...network.fates].map(([fate, times]) => [`fate: ${fate}`, times] as const)])
  for (const {drops} of ledgers)
    for (const [reason, times] of Object.entries(drops.totals))
      all.set(`dropped: ${reason}`, (all.get(`dropped: ${reason}`) ?? 0) + times)
  all.set('duplicates at the collector', naive.received.duplicates)
  all.set('told twice after a kill', told)
  return {events, stored: naive.stored.length, tally: all}
}
