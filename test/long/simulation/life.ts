import type {Environment} from '../../../src/reporter/world/environment.ts'
import {sayNo, sayYes, touchNo} from './deciding.ts'
import type {Dice} from './dice.ts'
import {damage} from './foreign.ts'
import {foreignUse} from './foreign-use.ts'
import {Host} from './host.ts'
import {endJob, invoke, type Job, makeJob, startJob, useFeature} from './jobs.ts'
import {jobYes, Person} from './person.ts'
import {flushWithTrouble, rememberedProject, sendIfDue} from './senders.ts'
import {flush} from './sending.ts'
import type {Universe} from './universe.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** Plans the life of a person: sessions by day, more seldom by night, and now and then a decision. */
export function live(universe: Universe, person: Person, sessionsEveryDays: number): void {
  const {agenda, dice} = universe
  const next = (): void => {
    const day = agenda.clock.nowMs + dice.longTail(sessionsEveryDays, 0.8) * dayMs
    const hour = dice.chance(0.85) ? dice.between(8, 18) : dice.between(0, 23)
    const atMs = Math.max(
      agenda.clock.nowMs + 2 * minuteMs,
      Math.floor(day / dayMs) * dayMs + hour * hourMs + dice.below(hourMs),
    )
    agenda.plan(atMs, async () => {
      next()
      await spendSession(universe, person)
    })
  }
  next()
}

async function spendSession(universe: Universe, person: Person): Promise<void> {
  const {dice} = universe
  const host = dice.pick(person.hosts)
  const project = dice.chance(0.75) ? 'alpha' : 'beta'
  const environment = environmentOf(dice, person, project)
  const job = makeJob(dice, {person, host, project, environment, parent: null, trouble: 0.03})
  const luck = dice.below(100)
  if (luck < 4) return decide(universe, job)
  if (luck < 10) return foreignUse(universe, job)
  if (luck < 12) return mistake(universe, job)
  if (luck < 16) return flushAll(universe, job)
  if (luck < 21) return runArray(universe, job)
  if (luck < 24) return runRanks(universe, job)
  await runJob(universe, job)
}

/** Most shells say nothing; some say no, some carry a yes. */
function environmentOf(dice: Dice, person: Person, project: string): Environment {
  const luck = dice.below(100)
  if (luck === 0) return {DO_NOT_TRACK: '1'}
  if (luck === 1) return {USAGE_TRACKING: 'off'}
  if (luck === 2) return {ALPHA_TRACKING: 'no'}
  if (luck < 6) return {USAGE_CONSENT: jobYes(person.projectFile(project))}
  return {}
}

async function runJob(universe: Universe, job: Job): Promise<void> {
  const {dice, agenda} = universe
  await startJob(universe, job)
  const lengthMs = Math.min(dice.longTail(20 * minuteMs, 1.8), 40 * dayMs)
  for (let uses = dice.below(4); uses > 0; uses--) agenda.in(dice.below(lengthMs), () => useFeature(universe, job))
  if (dice.chance(0.15))
    agenda.in(lengthMs / 3, () => {
      const {person, host, project, environment} = job
      return runJob(universe, makeJob(dice, {person, host, project, environment, parent: job, trouble: 0}))
    })
  // Some scripts say start once more: the same caller, so that a notice stays pending.
  if (dice.chance(0.1)) agenda.in(Math.min(lengthMs / 2, 2 * minuteMs), () => startAgain(universe, job))
  // One job in ten hits its time limit and leaves no end.
  if (dice.chance(0.9)) agenda.in(lengthMs, () => endJob(universe, job))
}

const startAgain = async (universe: Universe, job: Job): Promise<void> => {
  if (job.bootId === job.host.bootId) await startJob(universe, job)
}

/** Tasks of one job array: each is a run, and they end together. */
async function runArray(universe: Universe, {person, project, trouble}: Job): Promise<void> {
  const {dice, agenda} = universe
  const lengthMs = dice.longTail(hourMs, 0.5)
  for (let task = dice.between(3, 12); task > 0; task--) {
    const environment = {SLURM_JOB_ID: String(task), SLURM_ARRAY_TASK_ID: String(task)}
    const host = dice.pick(person.hosts)
    agenda.in(dice.below(minuteMs), async () => {
      const job = makeJob(dice, {person, host, project, environment, parent: null, trouble})
      await startJob(universe, job)
      if (dice.chance(0.85)) agenda.in(lengthMs + dice.below(2000), () => endJob(universe, job))
    })
  }
}

/** An MPI job: every rank calls, one is counted. */
async function runRanks(universe: Universe, {person, host, project}: Job): Promise<void> {
  const {dice, agenda} = universe
  for (const rank of ['0', '1', '2', '3']) {
    const environment = {SLURM_JOB_ID: '7', SLURM_STEP_ID: '0', SLURM_PROCID: rank}
    const job = makeJob(dice, {person, host, project, environment, parent: null, trouble: 0})
    await startJob(universe, job)
    agenda.in(hourMs, () => endJob(universe, job))
  }
}

async function mistake(universe: Universe, job: Job): Promise<void> {
  const ledger = job.person.ledger(job.person.projectFile(job.project))
  if (rememberedProject(ledger) !== null) damage(universe, invoke(universe.dice, job), ledger)
}

async function decide(universe: Universe, job: Job): Promise<void> {
  const {dice, agenda} = universe
  const {person} = job
  const project = dice.pick([null, job.project])
  const invocation = invoke(dice, job)
  if (person.hasNo(job.project) || dice.chance(0.4)) return sayYes(universe, invocation, project)
  if (dice.chance(0.5)) await sayNo(universe, invocation, project)
  else touchNo(universe, invocation, project)
  agenda.in(dice.longTail(dice.pick([minuteMs, hourMs, 20 * dayMs]), 1), () =>
    sayYes(universe, invoke(dice, job), project),
  )
}

/** `usage flush` by a person: every destination that was ever used. */
export async function flushAll(universe: Universe, job: Job): Promise<void> {
  const {dice} = universe
  for (const ledger of job.person.usedLedgers(null)) {
    const project = rememberedProject(ledger)
    if (project === null) continue
    if (dice.chance(0.6)) await flushAmidOthers(universe, job, project)
    else await flushWithTrouble(universe, invoke(dice, job), project)
  }
}

/** While a report is under way something else happens: an event, a no, or a sender on another host. */
async function flushAmidOthers(
  universe: Universe,
  job: Job,
  project: NonNullable<ReturnType<typeof rememberedProject>>,
) {
  const {dice} = universe
  const others = [
    () => startJob(universe, {...job, trouble: 0}),
    async () => touchNo(universe, invoke(dice, job), job.project),
    async () => {
      const host = dice.pick(job.person.hosts)
      await flush(universe, invoke(dice, {...job, host}), project, {trouble: 0})
    },
  ]
  await flush(universe, invoke(dice, job), project, {trouble: 0.05, meanwhile: dice.pick(others)})
}

/** A run in CI: a new container with a new home, which is gone afterwards with whatever did not leave. */
export async function runCi(universe: Universe, root: string, number: number): Promise<void> {
  const {agenda, dice} = universe
  const name = `ci${number}`
  const host = new Host({name: `S3CRET-${name}`, machineId: null, root, time: agenda.clock, dice: dice.fork()})
  const person = new Person({name, root, hosts: [host], isCi: true})
  person.installed.set('alpha', universe.people[0]!.installed.get('alpha') ?? 0)
  universe.people.push(person)
  const environment = {CI: 'true', GITHUB_ACTIONS: 'true'}
  const project = dice.pick(['alpha', 'alpha', 'beta'])
  const job = makeJob(dice, {person, host, project, environment, parent: null, trouble: 0})
  await startJob(universe, job)
  agenda.in(dice.longTail(5 * minuteMs, 0.5), async () => {
    await useFeature(universe, job)
    await endJob(universe, job)
    await sendIfDue(universe, invoke(dice, job), project, 'end')
  })
}
