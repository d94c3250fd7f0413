/** What nobody may forget who reads the numbers. Plain sentences. */
export const caveats: readonly string[] = [
  'Whoever has opted out is in no number, so true use is higher by an unknown amount.',
  'A user is a pseudonym: somebody with two home folders counts twice. Pseudonyms change with time, so over a long range the number of users is known only within bounds.',
  'Continuous integration counts as runs and never as users.',
  'A run is lost when nothing was heard of it for so long that it must have ended unseen: killed, or on a machine without a network.',
  'Reports may come up to 30 days late, so the newest periods still grow.',
]

/** How the numbers came to be. */
export const method: readonly string[] = [
  'The software tells when a run starts and ends and which of its features are used, if the person who runs it has not said no. It sends no names, paths, arguments or data: people and computers are pseudonyms, made of a secret that does not leave their machine.',
  'Events wait on the machine until they can be sent and are counted once however often they arrive. Percentiles and counts are exact; where something cannot be known, its bounds are given.',
]

/** What the words mean. */
export const definitions: readonly (readonly [word: string, meaning: string])[] = [
  ['run', 'one execution of the software, from its start to its end; it belongs to the period of its start'],
  [
    'user',
    'a different pseudonym of a person, seen in a run or a use of a feature; continuous integration is not among them',
  ],
  ['computer', 'a different pseudonym of a machine that people used'],
  ['use of a feature', 'direct when a person chose it, internal when another part of the software did'],
  ['ok, failed, signal', 'a run ended with exit code 0, with another one, or by a signal of the system'],
  ['lost, unknown', 'nothing was heard of the end of a run, or it ended without saying how'],
  [
    'success rate',
    'ok / (ok + failed + signal); its bounds suppose that all lost and unknown runs failed, or succeeded',
  ],
]
