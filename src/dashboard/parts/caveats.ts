import type {Stats} from '../../stats/model/model.ts'
import {describeAgents, describeUncertain} from '../../stats/write/text/uncertain.ts'
import {describeKnown, isUnknown} from '../../stats/write/text/write.ts'

/** The limits of the numbers, for their readers. Plain text. */
export const caveatsOf = ({users, ...stats}: Stats): string[] => [
  'People who opted out are not counted. The true use is higher by an unknown amount.',
  ...(isUnknown(users)
    ? []
    : [
        'A user is a pseudonym: a person with two home folders may be counted twice. Pseudonyms change with time, so the number of users over a long range has bounds.',
      ]),
  ...(users.runsWithoutUser === 0
    ? []
    : [`${describeKnown(users)} The others come from clients that send no user, so the number of users is not exact.`]),
  ...describeUncertain(stats),
  ...[describeAgents(stats)].filter(sentence => sentence !== null),
  'Continuous integration is counted as runs, never as users.',
  'A run is lost if no end was reported in time: it was killed, or its computer has no network.',
  'Reports may arrive up to 30 days late, so the newest periods may still grow.',
]

/** How the numbers were made. */
export const methodOf = ({users}: Stats): string[] => [
  'The software reports when a run starts and ends and which features it uses, unless the person who runs it opted out. It sends no names, paths, arguments or data.',
  ...(isUnknown(users)
    ? ['The reports do not say who started a run.']
    : [
        'People and computers are pseudonyms. The clients of usage make them from a secret that never leaves the machine. Older clients of Parsl and Mantid send hashed ids; the collector makes pseudonyms of them and stores only these.',
      ]),
  'Each event is counted once, even if it arrives several times. Counts and percentiles are exact. A value that cannot be known exactly is given with its bounds.',
]

/** The definitions of a report. */
export const definitions: readonly (readonly [word: string, meaning: string])[] = [
  ['run', 'one execution of the software, from start to end; it is counted in the period of its start'],
  ['user', 'a different pseudonym of a person who ran the software or used a feature; CI is not a user'],
  ['computer', 'a different pseudonym of a machine that people used'],
  ['use of a feature', 'direct if a person chose it, internal if another part of the software did'],
  ['ok, failed, signal', 'a run ended with exit code 0, with another exit code, or by a signal'],
  ['lost, unknown', 'a run reported no end in time, or ended without a known result'],
  [
    'success rate',
    'ok / (ok + failed + signal); the bounds assume that all lost and unknown runs failed, or succeeded',
  ],
]
