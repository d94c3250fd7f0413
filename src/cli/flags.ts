import * as Flags from '@oclif/core/flags'
import {readers} from './read-values.ts'

export {readFields} from './read-values.ts'

/** Which project a command is about. */
export const projectFlags = {
  'project-file': Flags.string({
    description: 'the project file; also USAGE_PROJECT_FILE',
    helpValue: 'FILE',
  }),
  project: Flags.string({description: 'the id of a registered project; also USAGE_PROJECT', helpValue: 'ID'}),
}

/** What the reporting commands share besides the project. */
export const reportingFlags = {
  ...projectFlags,
  strict: Flags.boolean({description: 'fail on wrong use instead of going on; also USAGE_STRICT=1'}),
}

export const fieldFlag = Flags.string({
  description: 'a declared field and its value; may be repeated',
  helpValue: 'K=V',
  multiple: true,
})

export const runFlag = Flags.string({
  description: 'the id of the run, as `usage start --print-id` printed it',
  helpValue: 'ID',
  parse: async input => readers.run(input),
})

/** Seconds, with decimals. */
export const secondsFlag = (description: string) =>
  Flags.string({
    description,
    helpValue: 'SECONDS',
    parse: async input => readers.seconds(input),
  })

export const exitCodeFlag = Flags.string({
  description: 'the exit code of the run',
  helpValue: 'N',
  parse: async input => readers.exitCode(input),
})

export const signalFlag = Flags.string({
  description: 'the signal that ended the run, by name or number',
  helpValue: 'NAME',
  parse: async input => readers.signal(input),
})

export const countFlag = Flags.string({
  description: 'how many uses this stands for',
  helpValue: 'N',
  parse: async input => readers.count(input),
})

export const startedFlag = Flags.string({
  description: 'when the use started, RFC 3339',
  helpValue: 'TIME',
  parse: async input => readers.started(input),
})
