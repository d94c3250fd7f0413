import type {Dice} from './dice.ts'
import {writeForeign} from './foreign.ts'
import {invoke, type Job} from './jobs.ts'
import type {Made} from './made.ts'
import {rememberedProject} from './senders.ts'
import type {Universe} from './universe.ts'

/** A program of another language writes what it likes into the buffer. */
export function foreignUse(universe: Universe, job: Job): void {
  const {dice} = universe
  const {person} = job
  const project = person.projectFile(job.project)
  const ledger = person.ledger(project)
  if (rememberedProject(ledger) === null || !mayRecord(job)) return
  const run = dice.chance(0.8) ? randomUuid(dice) : null
  const feature = (name: string): Pick<Made, 'what' | 'values' | 'run'> => ({
    run,
    what: {type: 'feature', featureType: 'Feature', name, durationSeconds: null, count: 1, internal: false},
    values: dice.chance(0.5) ? {colour: 'red'} : {},
  })
  const start = {run, what: {type: 'start', repeat: dice.below(2), script: job.path}, values: {workers: 3}} as const
  const end = {
    run,
    what: {type: 'end', durationSeconds: dice.below(1000), exitCode: dice.pick([0, 1, null]), signal: null},
    values: {workers: 8, colour: 'blue'},
  } as const
  const some = [start, feature('Fit.v1'), feature('Open'), feature('/home/private'), end]
  const events = some.filter(event => (run !== null || event !== start) && dice.chance(0.7))
  if (events.length > 0) writeForeign(universe, invoke(dice, job), ledger, events)
}

const randomUuid = (dice: Dice): string =>
  Buffer.from(dice.bytes(16))
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

/** Whether a program that follows the rules would write now. */
function mayRecord(job: Job): boolean {
  const {person, project, host} = job
  const file = person.projectFile(project)
  const isYes = file.consent !== 'opt-in' || person.yeses.has(project)
  const isVariable = Object.keys(job.environment).some(name => name !== 'USAGE_CONSENT')
  return isYes && !isVariable && !host.isSiteOff && !person.hasNo(project)
}
