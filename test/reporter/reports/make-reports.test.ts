import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {describe, it} from 'node:test'
import {type BufferedEvent, parseBufferFile} from '../../../src/protocol/report/buffered-event.ts'
import {parseReport, type Report} from '../../../src/protocol/report/report.ts'
import {limits} from '../../../src/protocol/values/limits.ts'
import {
  halveReport,
  type MadeReport,
  makeReports,
  type ReportContext,
} from '../../../src/reporter/reports/make-reports.ts'
import {toTime} from '../../../src/reporter/world/world.ts'
import {makeEnd, makeFeature, makeStart} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeWorld, type TestWorld} from '../../support/make-world.ts'
import {filesUnder, repositoryPath} from '../../support/repository.ts'
import {unsureParts} from '../../support/unsure-parts.ts'

const machine = {
  host: 'host-a',
  bootId: 'boot-a',
  machineId: 'deadbeef-0000-4000-8000-00000000cafe',
  os: {name: 'Linux', version: '6.6', arch: 'arm64', readable: 'Completed'},
}

function contextOf(world: TestWorld, changes: Partial<ReportContext> = {}): ReportContext {
  return {
    project: makeProject(),
    client: {name: 'usage', version: '0.1.0'},
    secret: 'ab'.repeat(32),
    secretMadeAt: 0,
    generation: 0,
    machine,
    now: world.now(),
    notBefore: null,
    ...changes,
  }
}

const read = ({body}: MadeReport): Report => JSON.parse(body)

/** The only event of the only report. */
function single(event: BufferedEvent, context: ReportContext) {
  const {reports, drops} = makeReports([event], context)
  assert.deepEqual(drops, [])
  assert.equal(reports.length, 1)
  const report = read(reports[0]!)
  return {
    header: report.header,
    event: report.events[0]!,
    undeclaredFields: reports[0]!.undeclaredFields.reduce((sum, {count}) => sum + count, 0),
  }
}

/** What becomes of an event that must not be sent. */
function dropOf(event: BufferedEvent, context: ReportContext) {
  const made = makeReports([event], context)
  assert.deepEqual(made.reports, [])
  assert.deepEqual(
    made.drops.map(({id}) => id),
    [event.id],
  )
  return made.drops.map(({reason, count}) => ({reason, count}))
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(Object.freeze(value))) freeze(inner)
  return value
}

describe('making reports', () => {
  it('gives the same bytes for the same input and leaves the input as it is', t => {
    const world = makeWorld(t)
    const events = freeze([makeStart(world, {fields: {executors: 1, other: 2}}), makeFeature(world), makeEnd(world)])
    const context = freeze(contextOf(world))
    const made = makeReports(events, context)
    assert.deepEqual(makeReports(structuredClone(events), structuredClone(context)), made)
  })

  it('says in the header for which period its pseudonyms were made, and makes others for the next one', t => {
    const world = makeWorld(t)
    const times = ['2026-06-30T23:59:59.999Z', '2026-07-01T00:00:00.000Z']
    const now = Date.parse(times[1]!)
    const headersBy = (identity: object) =>
      times.map(
        time => single({...makeStart(world), time}, contextOf(world, {now, project: makeProject({identity})})).header,
      )
    const [before, after] = headersBy({yearBegins: '07-01'})
    assert.deepEqual([before?.period, after?.period], ['2025-07-01', '2026-07-01'])
    assert.notEqual(before?.user, after?.user)
    const [january, same] = headersBy({})
    assert.deepEqual([january?.period, same?.period], ['2026-01-01', '2026-01-01'])
    assert.equal(january?.user, same?.user)
    const periodsBy = (identity: object) => headersBy(identity).map(({period}) => period)
    assert.deepEqual(periodsBy({rotate: 'month'}), ['2026-06-01', '2026-07-01'])
    assert.deepEqual(periodsBy({rotate: 'never'}), ['0001-01-01', '0001-01-01'])
    assert.deepEqual(periodsBy({user: false, host: false, script: false}), [null, null])
  })

  it('marks what happened within a minute before its secret was made', t => {
    const world = makeWorld(t)
    const now = Date.parse('2026-11-25T10:00:00.000Z')
    const isMarked = (eventMs: number, changes: Partial<ReportContext> = {}, own: object = {}) => {
      const event = makeStart(world, {time: toTime(eventMs), ...own})
      return single(event, contextOf(world, {now, secretMadeAt: now, ...changes})).header.isNewSecret
    }
    assert.deepEqual(
      [now - 60_001, now - 60_000, now, now + 999, now + 1_000].map(at => isMarked(at)),
      [false, true, true, true, false],
    )
    assert.equal(isMarked(now - 1, {secretMadeAt: null, secret: null}), true)
    assert.equal(isMarked(now, {project: makeProject({identity: {user: false}})}), false)
  })

  it('makes reports that the other end reads, with nothing rejected', t => {
    const world = makeWorld(t)
    const events = [makeStart(world), makeFeature(world, {details: {spectra: 3}}), makeEnd(world)]
    const {reports} = makeReports(events, contextOf(world))
    const parsed = parseReport(JSON.parse(reports[0]!.body))
    assert.ok(parsed.ok)
    assert.deepEqual(parsed.value.rejected, [])
    assert.deepEqual(
      parsed.value.events.map(({event}) => event),
      read(reports[0]!).events,
    )
  })

  it('makes none of no events', t => {
    assert.deepEqual(makeReports([], contextOf(makeWorld(t))), {reports: [], drops: []})
  })

  it('puts events that share a header into one report, in the order in which they come', t => {
    const world = makeWorld(t)
    const header = (version: string) => ({...makeStart(world).header!, version})
    const events = ['1', '2', '1', '3', '2', '1'].map(version => makeFeature(world, {header: header(version)}))
    const reports = makeReports(events, contextOf(world)).reports.map(read)
    assert.deepEqual(
      reports.map(report => report.header.version),
      ['1', '2', '3'],
    )
    assert.deepEqual(
      reports.map(report => report.events.map(({id}) => id)),
      [[0, 2, 5], [1, 4], [3]].map(indexes => indexes.map(index => events[index]!.id)),
    )
  })

  it('reads the event files of every writer', t => {
    const world = makeWorld(t)
    const files = filesUnder('test/fixtures/event-files', '.json')
    assert.ok(files.length > 0)
    const events = files.flatMap(file => {
      const parsed = parseBufferFile(readFileSync(repositoryPath(file), 'utf8'))
      assert.equal(parsed.kind, 'events', file)
      return parsed.kind === 'events' ? parsed.events : []
    })
    const now = Math.max(...events.map(({time}) => Date.parse(time)))
    const features = {types: ['Feature', 'Algorithm', 'Interface'], allowOther: true}
    const context = contextOf(world, {now, project: makeProject({features})})
    const {reports, drops} = makeReports(events, context)
    assert.deepEqual(drops, [])
    for (const report of reports) {
      const parsed = parseReport(JSON.parse(report.body))
      assert.ok(parsed.ok && parsed.value.rejected.length === 0)
      // A collector reads them the quick way.
      assert.deepEqual(unsureParts(JSON.parse(report.body)), [])
    }
  })
})

describe('the size of a report', () => {
  it('is 500 events at most', t => {
    const world = makeWorld(t)
    const events = Array.from({length: limits.maxEventsPerReport + 1}, () => makeFeature(world))
    const sizes = (count: number) =>
      makeReports(events.slice(0, count), contextOf(world)).reports.map(({ids}) => ids.length)
    assert.deepEqual(sizes(limits.maxEventsPerReport), [500])
    assert.deepEqual(sizes(limits.maxEventsPerReport + 1), [500, 1])
  })

  it('is 512 KiB at most, to the byte', t => {
    const world = makeWorld(t)
    const context = contextOf(world, {project: wideProject})
    const most = Array.from({length: 64}, () => eventOfBytes(world, 8100))
    const others = Buffer.byteLength(makeReports(most, context).reports[0]!.body)
    const made = (extra: number) => {
      const last = eventOfBytes(world, limits.maxReportBytes - others - ','.length + extra)
      return makeReports([...most, last], context).reports
    }
    assert.deepEqual(
      made(0).map(({body}) => Buffer.byteLength(body)),
      [limits.maxReportBytes],
    )
    assert.deepEqual(
      made(1).map(({ids}) => ids.length),
      [64, 1],
    )
  })

  it('counts bytes, not characters', t => {
    const world = makeWorld(t)
    const names = Array.from({length: 400}, () => makeFeature(world, {name: 'ü'.repeat(128), run: null}))
    const context = contextOf(world, {project: makeProject({features: {types: ['Algorithm'], allowOther: true}})})
    const bytes = makeReports([...names, ...names], context).reports.map(({body}) => Buffer.byteLength(body))
    assert.ok(Math.max(...bytes) <= limits.maxReportBytes)
  })
})

const wideNames = Array.from({length: 60}, (_, index) => `${'n'.repeat(60)}${10 + index}`)
const wideProject = makeProject({
  fields: Object.fromEntries(wideNames.map(name => [name, {type: 'pattern', pattern: 'x*', description: 'Long'}])),
})

/** An event that is so many bytes on the wire. */
function eventOfBytes(world: TestWorld, bytes: number): BufferedEvent {
  const withExtra = (extra: number) =>
    makeEnd(world, {
      fields: Object.fromEntries(
        wideNames.map((name, index) => [name, 'x'.repeat(1 + Math.min(255, Math.max(0, extra - 255 * index)))]),
      ),
    })
  const {event} = single(withExtra(0), contextOf(world, {project: wideProject}))
  return withExtra(bytes - Buffer.byteLength(JSON.stringify(event)))
}

describe('the size of a datagram', () => {
  it('is one event and 1,200 bytes at most, to the byte, with the write key', t => {
    const world = makeWorld(t)
    const names = ['a', 'b', 'c', 'd']
    const text = {type: 'pattern', pattern: 'x*', description: 'Long'}
    const endpoint = {udp: '127.0.0.1:9'}
    const project = makeProject({
      ...{endpoint, writeKey: 'the-key'},
      fields: Object.fromEntries(names.map(name => [name, text])),
    })
    const eventOf = (characters: number) => {
      const part = (index: number) => 'x'.repeat(1 + Math.min(250, Math.max(0, characters - 250 * index)))
      return makeEnd(world, {fields: Object.fromEntries(names.map((name, index) => [name, part(index)]))})
    }
    const made = (...characters: number[]) => makeReports(characters.map(eventOf), contextOf(world, {project}))
    const bytesOf = ({body}: MadeReport) => Buffer.byteLength(`2{"writeKey":"the-key",${body.slice(1)}`)
    const room = limits.maxDatagramBytes - bytesOf(made(0).reports[0]!)
    const {reports, drops} = made(room, room + 1, 0)
    assert.deepEqual(
      reports.map(({ids}) => ids.length),
      [1, 1],
    )
    assert.equal(bytesOf(reports[0]!), limits.maxDatagramBytes)
    assert.deepEqual(
      drops.map(({reason, count}) => ({reason, count})),
      [{reason: 'too-large', count: 1}],
    )
  })
})

describe('the size of an event', () => {
  it('is 8 KiB at most, to the byte', t => {
    const world = makeWorld(t)
    const context = contextOf(world, {project: wideProject})
    const {event} = single(eventOfBytes(world, limits.maxEventBytes), context)
    assert.equal(Buffer.byteLength(JSON.stringify(event)), limits.maxEventBytes)
    assert.deepEqual(dropOf(eventOfBytes(world, limits.maxEventBytes + 1), context), [{reason: 'too-large', count: 1}])
  })
})

describe('what is not sent', () => {
  it('leaves out and counts fields that are undeclared or of another type', t => {
    const world = makeWorld(t)
    const fields = {executors: 2, hostname: 'S3CRET', __proto__: 1, constructor: 'x', toString: 1}
    const end = single(makeEnd(world, {fields}), contextOf(world))
    assert.deepEqual(end.event.type === 'end' && end.event.fields, {executors: 2})
    assert.equal(end.undeclaredFields, 3)
    for (const executors of ['2', -1, 1001, 1.5, true]) {
      const start = single(makeStart(world, {fields: {executors}}), contextOf(world))
      assert.deepEqual(start.event.type === 'start' && start.event.fields, {})
      assert.equal(start.undeclaredFields, 1)
    }
  })

  it('leaves out and counts undeclared details, and says null when none is left', t => {
    const world = makeWorld(t)
    const some = single(makeFeature(world, {details: {spectra: 3, path: '/home'}}), contextOf(world))
    assert.deepEqual(some.event.type === 'feature' && some.event.details, {spectra: 3})
    assert.equal(some.undeclaredFields, 1)
    const none = single(makeFeature(world, {details: {executors: 1}}), contextOf(world))
    assert.equal(none.event.type === 'feature' && none.event.details, null)
  })

  it('sends timings instead of a duration, and no key where there are none', t => {
    const world = makeWorld(t)
    const timings = {n: 2, sumSeconds: 1, minSeconds: 0.5, maxSeconds: 0.5, scale: 5, offset: -33, counts: [2]}
    const {event} = single(makeFeature(world, {count: 2, durationSeconds: 7, timings}), contextOf(world))
    assert.deepEqual([event.type === 'feature' && event.durationSeconds, event], [null, {...event, timings}])
    const plain = single(makeFeature(world, {durationSeconds: 7, timings: null}), contextOf(world))
    assert.equal('timings' in plain.event, false)
  })

  it('drops features of undeclared types and names', t => {
    const world = makeWorld(t)
    const strict = contextOf(world)
    const open = contextOf(world, {project: makeProject({features: {types: ['Algorithm'], allowOther: true}})})
    const dropped = [{reason: 'undeclared-feature', count: 1}]
    assert.deepEqual(dropOf(makeFeature(world, {name: 'Other.v1'}), strict), dropped)
    assert.deepEqual(dropOf(makeFeature(world, {featureType: 'Interface'}), strict), dropped)
    assert.deepEqual(dropOf(makeFeature(world, {name: '/home/S3CRET'}), open), dropped)
    assert.equal(single(makeFeature(world, {name: 'Other.v1'}), open).undeclaredFields, 0)
  })

  it('drops what is older than 30 days', t => {
    const world = makeWorld(t)
    const days30 = world.now() - 30 * 86_400_000
    assert.equal(single(makeEnd(world, {time: toTime(days30)}), contextOf(world)).undeclaredFields, 0)
    const dropped = dropOf(makeEnd(world, {time: toTime(days30 - 1)}), contextOf(world))
    assert.deepEqual(dropped, [{reason: 'too-old', count: 1}])
  })

  it('drops what is from before consent', t => {
    const world = makeWorld(t)
    const context = contextOf(world, {notBefore: toTime(world.now())})
    assert.equal(single(makeEnd(world), context).undeclaredFields, 0)
    const dropped = dropOf(makeEnd(world, {time: toTime(world.now() - 1)}), context)
    assert.deepEqual(dropped, [{reason: 'before-consent', count: 1}])
  })

  it('counts what it drops by reason and names each event', t => {
    const world = makeWorld(t)
    const old = [makeEnd(world), makeStart(world)].map(event => ({...event, time: '2020-01-01T00:00:00Z'}))
    const other = makeFeature(world, {name: 'Other.v1'})
    const good = makeStart(world)
    const made = makeReports([old[0]!, other, good, old[1]!], contextOf(world))
    assert.deepEqual(made.drops, [
      {id: old[0]!.id, reason: 'too-old', count: 1},
      {id: other.id, reason: 'undeclared-feature', count: 1},
      {id: old[1]!.id, reason: 'too-old', count: 1},
    ])
    assert.deepEqual(made.reports[0]!.ids, [good.id])
  })

  it('has no byte of what must stay local', t => {
    const world = makeWorld(t)
    const local = {host: 'S3CRET-host', machineId: 'S3CRET-machine', bootId: 'S3CRET-boot', script: '/home/S3CRET/a.sh'}
    const project = makeProject({identity: {user: true, host: true, script: true}})
    const events = [makeStart(world, {local}), makeEnd(world, {local}), makeFeature(world, {local})]
    const secret = '5ec2e7'.repeat(10).padEnd(64, '0')
    const {reports} = makeReports(events, contextOf(world, {project, secret}))
    assert.equal(reports.length, 1)
    assert.doesNotMatch(reports[0]!.body, /S3CRET|5ec2e7|local|format/)
  })
})

describe('ids on the wire', () => {
  it('are lower case whoever wrote them', t => {
    const world = makeWorld(t)
    const [id, run] = ['01890000-0000-7000-8000-0000000000AB', 'ABCDEF00-0000-4000-8000-000000000000']
    const upper = {id, run}
    for (const event of [makeStart(world, upper), makeEnd(world, upper), makeFeature(world, upper)]) {
      const made = makeReports([event], contextOf(world)).reports[0]!
      assert.deepEqual(made.ids, [id.toLowerCase()])
      const sent = read(made).events[0]!
      assert.deepEqual([sent.id, sent.run], [id.toLowerCase(), run.toLowerCase()])
    }
  })

  it('are null for an event without a run', t => {
    const world = makeWorld(t)
    assert.equal(single(makeEnd(world, {run: null}), contextOf(world)).event.run, null)
  })
})

describe('pseudonyms in a report', () => {
  const at = (world: TestWorld, time: string, changes: Partial<ReportContext> = {}) => {
    const local = {host: 'host-a', machineId: 'machine', bootId: 'boot-a', script: '/a.sh'}
    const {header, event} = single(
      makeStart(world, {time, local}),
      contextOf(world, {now: Date.parse(time), ...changes}),
    )
    return {user: header.user, host: header.host, script: event.type === 'start' ? event.script : null}
  }

  it('belong to the year in which the event happened, in UTC', t => {
    const world = makeWorld(t)
    const last = at(world, '2025-12-31T23:59:59.999Z')
    const first = at(world, '2026-01-01T00:00:00.000Z')
    assert.deepEqual(at(world, '2025-12-05T00:00:00Z', {now: Date.parse('2026-01-01T00:00:00Z')}), last)
    for (const key of ['user', 'host', 'script'] as const) {
      assert.match(last[key]!, /^[0-9a-f]{32}$/)
      assert.notEqual(last[key], first[key])
    }
  })

  it('are in two reports when events span the turn of the year', t => {
    const world = makeWorld(t)
    const times = ['2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00.000Z']
    const events = times.map(time => makeStart(world, {time}))
    assert.equal(makeReports(events, contextOf(world, {now: Date.parse(times[1]!)})).reports.length, 2)
  })

  it('are null where the project does not want them', t => {
    const world = makeWorld(t)
    const project = makeProject({identity: {user: false, host: false, script: false}})
    const time = toTime(world.now())
    assert.deepEqual(at(world, time, {project}), {user: null, host: null, script: null})
  })

  it('are none in CI, where no person is', t => {
    const world = makeWorld(t)
    const header = {...makeStart(world).header!, ci: 'github_actions'}
    const local = {host: 'host-a', machineId: 'machine', bootId: 'boot-a', script: '/a.sh'}
    const made = single(makeStart(world, {header, local}), contextOf(world))
    const {user, host, ci} = made.header
    assert.deepEqual({user, host, ci}, {user: null, host: null, ci: 'github_actions'})
    assert.equal(made.event.type === 'start' && made.event.script, null)
  })
})

describe('what a shell could not know', () => {
  const local = {host: 'host-a', machineId: null, bootId: null, script: null}

  it('is completed on its own machine', t => {
    const world = makeWorld(t)
    for (const bootId of [null, 'boot-a']) {
      const {header} = single(makeStart(world, {header: null, local: {...local, bootId}}), contextOf(world))
      assert.deepEqual(header.os, machine.os)
      assert.match(header.host ?? '', /^[0-9a-f]{32}$/)
    }
  })

  it('stays unknown for events of another machine or of nobody knows which', t => {
    const world = makeWorld(t)
    const foreign = [{...local, host: 'host-b'}, {...local, bootId: 'boot-b'}, {...local, host: null}, null]
    for (const block of foreign) {
      const {header} = single(makeStart(world, {header: null, local: block}), contextOf(world))
      assert.deepEqual({os: header.os, host: header.host}, {os: null, host: null}, JSON.stringify(block))
      assert.match(header.user ?? '', /^[0-9a-f]{32}$/)
    }
  })

  it('does not replace what the event says itself', t => {
    const world = makeWorld(t)
    const own = makeStart(world)
    const {header} = single(own, contextOf(world))
    assert.deepEqual(header.os, own.header?.os)
    const foreign = {...local, host: 'host-b', machineId: 'other machine'}
    assert.notEqual(single(makeStart(world, {local: foreign}), contextOf(world)).header.host, null)
  })

  it('has no machine id where this machine has none', t => {
    const world = makeWorld(t)
    const context = contextOf(world, {machine: {...machine, machineId: null}})
    assert.equal(single(makeStart(world, {local}), context).header.host, null)
  })

  it('takes the application from the project file', t => {
    const world = makeWorld(t)
    const project = makeProject({application: 'demo-app'})
    assert.equal(single(makeStart(world, {header: null}), contextOf(world, {project})).header.application, 'demo-app')
  })
})

describe('halving a report', () => {
  it('gives two reports with the same header, all events and all counts', t => {
    const world = makeWorld(t)
    const events = Array.from({length: 5}, () => makeEnd(world, {fields: {executors: 1, other: 1}}))
    const [whole] = makeReports(events, contextOf(world)).reports
    const halves = halveReport(whole!)!
    assert.deepEqual(
      halves.map(({ids}) => ids.length),
      [3, 2],
    )
    assert.deepEqual(
      halves.flatMap(({ids}) => ids),
      whole!.ids,
    )
    assert.deepEqual(
      halves.flatMap(half => read(half).events),
      read(whole!).events,
    )
    for (const half of halves) assert.deepEqual({...read(half), events: []}, {...read(whole!), events: []})
    assert.deepEqual(
      halves.flatMap(({undeclaredFields}) => undeclaredFields),
      whole!.undeclaredFields,
    )
  })

  it('makes the bytes that the half alone would have had', t => {
    const world = makeWorld(t)
    const events = [makeStart(world), makeFeature(world, {durationSeconds: 0.257}), makeEnd(world)]
    const halves = halveReport(makeReports(events, contextOf(world)).reports[0]!)!
    assert.equal(halves[0].body, makeReports(events.slice(0, 2), contextOf(world)).reports[0]!.body)
  })

  it('cannot split one event', t => {
    const world = makeWorld(t)
    assert.equal(halveReport(makeReports([makeStart(world)], contextOf(world)).reports[0]!), null)
  })
})
