import assert from 'node:assert/strict'
import {collectionVersion, type ProjectFile} from '../../../src/protocol/project/project-file.ts'
import type {Report} from '../../../src/protocol/report/report.ts'
import type {SendRequest} from '../../../src/reporter/transports/transport.ts'
import {readOperatingSystem} from '../../../src/reporter/world/operating-system.ts'
import type {DestinationLedger} from './destination-ledger.ts'
import {declaredValues, describe, type Made, wireOf} from './made.ts'
import type {Arriving} from './naive-collector.ts'
import {expectedNo, hasJobYes, type Invocation} from './person.ts'

/** Who sends what now. */
export interface Departure {
  readonly invocation: Invocation
  readonly project: ProjectFile
  readonly ledger: DestinationLedger
}

/** In every name of a host and path of a script of this world: it may never be seen on the wire. */
export const secretMark = 'S3CRET'

/** Whether the notice, or who may speak for it, has opened sending. */
export function isOpen(departure: Departure): boolean {
  return 'CI' in departure.invocation.environment || isNoticeGiven(departure)
}

/** Whether the notice and its minute are over, or an image or a job has answered for its people. */
export function isNoticeGiven({invocation: {environment}, project, ledger}: Departure): boolean {
  return hasJobYes(environment, project) || ledger.opened.has(collectionVersion(project))
}

/** Stands at the door of every machine and looks at what leaves. */
export class Witness {
  private readonly here = readOperatingSystem().name
  /** Which word of the truth each pseudonym stands for, and the other way round. */
  private readonly words = new Map<string, string>()
  private readonly pseudonyms = new Map<string, string>()

  /** Fails when a report must not leave, or says something else than what happened. Gives what it brings. */
  check(departure: Departure, request: SendRequest, collectors: ProjectFile): Arriving[] {
    const {invocation, ledger, project} = departure
    const {person} = invocation
    const report = JSON.parse(request.body) as Report
    const no = expectedNo(invocation, project)
    assert.equal(no, null, `${ledger.name}: a report left although ${no} says no`)
    assert.ok(isOpen(departure), `${ledger.name}: a report left before the notice and its minute`)
    assert.ok(!request.body.includes(secretMark), `${ledger.name}: a name that is private left: ${request.body}`)
    assert.equal(request.endpoint, project.endpoint.http, `${ledger.name}: sent to another endpoint`)
    assert.equal(request.sentAt, new Date(invocation.host.now()).toISOString(), `${ledger.name}: the time of sending`)
    return report.events.map(event => {
      const made = ledger.made.get(event.id)
      assert.ok(made !== undefined, `${ledger.name}: event ${event.id} left and was never made`)
      const barrier = person.barriers.get(made.project) ?? 0
      assert.ok(made.madeAtMs >= barrier, `left although it is from before a yes that followed a no: ${describe(made)}`)
      assert.ok(!ledger.voided.has(made.id), `left although a no was met: ${describe(made)}`)
      return this.read(departure, report.header, event, made, collectors)
    })
  }

  private read(
    {invocation, project}: Departure,
    header: Report['header'],
    event: Report['events'][number],
    made: Made,
    collectors: ProjectFile,
  ): Arriving {
    const {script, ...rest} = {script: null, ...event}
    assert.deepEqual(rest, wireOf(made, project), `says something else than what happened: ${describe(made)}`)
    const words = this.wordsOf(invocation, project, made)
    const about = describe(made)
    this.pair(header.user, words.user, about)
    this.pair(header.host, words.host, about)
    this.pair(script, words.script, about)
    const system = header.os?.name ?? null
    const {version, ci, scheduler} = header
    const said = {version, ci, scheduler, system}
    assert.deepEqual(said, {...made.header, system: words.system}, `the header is not that of ${about}`)
    assert.equal(header.period, words.period, `says another period of its pseudonyms than that of ${about}`)
    const values = declaredValues(made, project)
    const kept = declaredValues({...made, values}, collectors)
    const undeclaredFields = Object.keys(values).length - Object.keys(kept).length
    const {host} = invocation
    const isSteady = made.host === host && made.clockSettings === host.clockSettings
    const {period: _, ...stored} = words
    return {made, values, ...stored, undeclaredFields, isSteady}
  }

  private wordsOf({host: sender}: Invocation, {identity}: ProjectFile, made: Made) {
    const day = new Date(made.claimedMs).toISOString()
    const period = identity.rotate === 'year' ? day.slice(0, 4) : day.slice(0, 7)
    const scope = `${made.project} in ${period}`
    const isPerson = made.header.ci === null
    const isHere = made.host === sender && made.bootId === sender.bootId
    // The program itself knows its machine when it records; what another writer leaves is completed on the same boot.
    const knowsMachine = made.header.system === 'here' || isHere
    const path = made.what.type === 'start' ? made.what.script : null
    const {system} = made.header
    return {
      period: isPerson ? `${period}-01-01`.slice(0, 'YYYY-MM-DD'.length) : null,
      user: isPerson ? `${made.person.name} of ${scope}` : null,
      host: isPerson && knowsMachine && made.host.machineId !== null ? `${made.host.name} of ${scope}` : null,
      script: isPerson && path !== null ? `${path} of ${made.person.name} of ${scope}` : null,
      system: system === 'here' || (system === null && isHere) ? this.here : system,
    }
  }

  /** One pseudonym a person, host or script and period; two never share one. */
  private pair(pseudonym: string | null, word: string | null, about: string): void {
    assert.equal(pseudonym === null, word === null, `must be ${word ?? 'no pseudonym'}, got ${pseudonym} for ${about}`)
    if (pseudonym === null || word === null) return
    assert.equal(this.words.get(pseudonym) ?? word, word, `a pseudonym of two for ${about}`)
    assert.equal(this.pseudonyms.get(word) ?? pseudonym, pseudonym, `a second pseudonym of ${word} for ${about}`)
    this.words.set(pseudonym, word)
    this.pseudonyms.set(word, pseudonym)
  }
}
