import type {Consent} from '../consent/consent.ts'
import type {FlushOutcome} from '../person/flush.ts'
import type {Warning} from '../record/fit-values.ts'
import type {EndInput, FeatureInput, RecordOutcome, StartInput} from '../record/record.ts'

import type {Declined} from './program-outcomes.ts'
import type {ProgramReporter} from './program-reporter.ts'
import type {Teller} from './teller.ts'

/** The values of each input. TypeScript checks that none is missing; a program in JavaScript has no other check. */
const known = {
  start: namesOf<StartInput>({script: 0, fields: 0}),
  end: namesOf<EndInput>({run: 0, exitCode: 0, signal: 0, fields: 0}),
  feature: namesOf<FeatureInput>({
    name: 0,
    type: 0,
    run: 0,
    startedAt: 0,
    durationSeconds: 0,
    count: 0,
    internal: 0,
    details: 0,
  }),
} as const

/**
 * Makes the methods of a new reporter tell what they do not record. Their outcomes stay the same. Used with
 * `USAGE_DEBUG=1` or `USAGE_STRICT=1` only, so that it costs other programs nothing.
 */
export function tellOutcomes(reporter: ProgramReporter, teller: Teller): ProgramReporter {
  const {start, end, feature, flush, close} = reporter
  const said = <Outcome extends Told>(outcome: Outcome): Outcome => {
    if ('warnings' in outcome) for (const {code, message} of outcome.warnings) teller.warn(code, message)
    if ('reason' in outcome && outcome.kind !== 'dropped') teller.say(`not recorded: ${writeReason(outcome, reporter)}`)
    return outcome
  }
  return Object.assign(reporter, {
    start: (input?: StartInput) => {
      tellUnknown('start', input, teller)
      return said(start.call(reporter, input))
    },
    end: (input?: EndInput) => {
      tellUnknown('end', input, teller)
      return said(end.call(reporter, input))
    },
    feature: (input: FeatureInput) => {
      tellUnknown('feature', input, teller)
      return said(feature.call(reporter, input))
    },
    flush: async (options: {readonly waitSeconds: number}) => {
      const outcome = await flush.call(reporter, options)
      tellFlush(outcome, teller)
      return outcome
    },
    close: async () => {
      const outcome = await close.call(reporter)
      teller.close()
      return outcome
    },
  })
}

type Told = RecordOutcome | Declined | {readonly kind: string; readonly warnings?: readonly Warning[]}

function writeReason({reason}: {readonly reason: unknown}, {consent}: {readonly consent: Consent}): string {
  const {decidedBy} = consent
  return consent.reason === reason && decidedBy !== null ? `${reason}, decided by ${decidedBy}` : String(reason)
}

/** Says what a flush did not send. */
function tellFlush({projects}: FlushOutcome, teller: Teller): void {
  for (const {kept, refused, dropped, reason} of projects)
    for (const [count, what] of [
      [kept, 'not sent, kept'],
      [refused, 'refused by the collector'],
      [dropped, 'dropped'],
    ] as const)
      if (count > 0) teller.say(`events ${what}: ${count}${reason === null ? '' : ` (${reason})`}`)
}

/** A name that does not exist, such as `duration`, has no effect. */
function tellUnknown(method: keyof typeof known, input: unknown, teller: Teller): void {
  for (const name of keysOf(input))
    if (!known[method].has(name))
      teller.warn(
        'USAGE_WRONG_USE',
        `${method}: ${JSON.stringify(name)} must be one of ${[...known[method]].join(', ')}`,
      )
}

function keysOf(input: unknown): string[] {
  try {
    return typeof input === 'object' && input !== null ? Object.keys(input) : []
  } catch {
    return []
  }
}

function namesOf<Input>(names: Readonly<Record<keyof Input, 0>>): ReadonlySet<string> {
  return new Set(Object.keys(names))
}
