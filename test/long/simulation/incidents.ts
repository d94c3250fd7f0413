import {burst} from './burst.ts'
import {setSite} from './deciding.ts'
import {invoke, makeJob} from './jobs.ts'
import {runCi} from './life.ts'
import {published} from './projects.ts'
import {count, type Universe} from './universe.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** Plans what befalls the world: networks, clocks, machines, upgrades, administrators, CI. */
export function planIncidents(universe: Universe, root: string): void {
  const {agenda, dice, hosts, collector} = universe
  const days = (agenda.endMs - agenda.clock.nowMs) / dayMs
  const repeatedly = (everyDays: number, happen: () => void | Promise<void>): void => {
    const next = (): void =>
      agenda.in(dice.longTail(everyDays, 0.7) * dayMs, async () => {
        next()
        await happen()
      })
    next()
  }
  repeatedly(8, () => troubleNetwork(universe))
  repeatedly(25 / hosts.length, () => setClock(universe))
  repeatedly(40 / hosts.length, () => {
    dice.pick(hosts).reboot()
    count(universe, 'reboots')
  })
  repeatedly(40, () => collector.restart())
  repeatedly(90, () => collector.crash())
  repeatedly(120, () => {
    const host = dice.pick(hosts)
    setSite(universe, host, true)
    agenda.in(dice.longTail(3 * dayMs, 1), () => setSite(universe, host, false))
  })
  let ci = 0
  repeatedly(4, () => runCi(universe, root, ++ci))
  planUpgrades(universe, days)
  if (days > 100) agenda.in(dice.between(60, 90) * dayMs, () => longOutage(universe))
}

/** For hours or days the network is down, or somebody on the way answers in the collector's place. */
function troubleNetwork({agenda, dice, network, tally}: Universe): void {
  network.mood = dice.pick([
    {kind: 'offline'},
    {kind: 'status', status: 503, retryAfterSeconds: null},
    {kind: 'status', status: 429, retryAfterSeconds: 600},
    {kind: 'status', status: 401, retryAfterSeconds: null},
    {kind: 'status', status: 400, retryAfterSeconds: null},
    {kind: 'status', status: 500, retryAfterSeconds: null},
    {kind: 'limit', bytes: 700},
    {kind: 'limit', bytes: 3000},
  ] as const)
  const name = `network: ${Object.values(network.mood).slice(0, 2).join(' ')}`
  tally.set(name, (tally.get(name) ?? 0) + 1)
  agenda.in(dice.longTail(12 * hourMs, 1.2), () => {
    network.mood = {kind: 'up'}
  })
}

/** A clock is set wrong by minutes, hours or years, and later right again. */
function setClock(universe: Universe): void {
  const {agenda, dice, hosts} = universe
  const host = dice.pick(hosts)
  const size = dice.pick([
    2 * minuteMs,
    30 * minuteMs,
    54 * minuteMs,
    56 * minuteMs,
    5 * hourMs,
    40 * dayMs,
    400 * dayMs,
  ])
  host.setClock(dice.chance(0.5) ? size : -size)
  count(universe, 'clocks set wrong')
  agenda.in(dice.longTail(3 * dayMs, 1), () => host.setClock(dice.below(60_000) - 30_000))
}

/** New project files reach the collector first or last, and each person at another time. */
function planUpgrades(universe: Universe, days: number): void {
  const {agenda, dice, people, collector} = universe
  const files = published['alpha']!
  for (const version of [1, 2]) {
    const releaseMs = (days * dayMs * version) / 3
    for (const person of people)
      agenda.in(releaseMs + dice.longTail(10 * dayMs, 1), () => {
        person.installed.set('alpha', Math.max(version, person.installed.get('alpha') ?? 0))
        count(universe, 'upgrades')
      })
    agenda.in(releaseMs + dice.between(-10, 10) * dayMs, async () => {
      collector.projects.set('alpha', files[version]!)
      await collector.restart()
    })
  }
}

/** Nothing leaves for more than a month; one person works in a loop meanwhile. */
function longOutage(universe: Universe): void {
  const {agenda, dice, network, people} = universe
  network.mood = {kind: 'offline'}
  count(universe, 'long outages')
  const [person] = people
  agenda.in(2 * dayMs, () => {
    const parts = {
      person: person!,
      host: person!.hosts[0]!,
      project: 'alpha',
      environment: {},
      parent: null,
      trouble: 0,
    }
    burst(universe, invoke(dice, makeJob(dice, parts)), dice.chance(0.3) ? 2030 : 30)
  })
  agenda.in(35 * dayMs, () => {
    network.mood = {kind: 'up'}
  })
}
