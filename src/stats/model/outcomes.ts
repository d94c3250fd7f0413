import type {Outcomes} from './model.ts'

/** What each outcome means, in the order in which outcomes are shown. */
export const outcomeMeanings: Readonly<Record<keyof Outcomes, string>> = {
  ok: 'exit code 0',
  failed: 'another exit code',
  signal: 'ended by a signal',
  lost: 'no end reported in time',
  running: 'still running',
  unknown: 'ended without a known result',
}

export const outcomeNames = Object.keys(outcomeMeanings) as readonly (keyof Outcomes)[]
