// Preloaded by --import: kills its own process with SIGKILL when it reaches a named step for the n-th time, if it is
// the process that is meant. Says in a file that it did, because a process in the background tells nobody how it ended.
import {subscribe} from 'node:diagnostics_channel'
import {writeFileSync} from 'node:fs'
import {basename} from 'node:path'
import {faultChannelName} from '../../src/fault-points.ts'

/** A kill as the environment variable USAGE_TEST_KILL says it, in JSON. */
export interface Kill {
  readonly point: string
  /** The step is survived until it is reached for the n-th time; from 1. */
  readonly nth: number
  /** The name of the program's file without its ending, and a word of its arguments: `run end`, `sender-process`. */
  readonly victim: string
  /** The file that says that it was killed: its process id. */
  readonly mark: string
}

const text = process.env['USAGE_TEST_KILL']
if (text !== undefined) {
  const {point, nth, victim, mark} = JSON.parse(text) as Kill
  const [program, ...args] = process.argv.slice(1)
  const self = [basename(program ?? '').replace(/\.[jt]s$/, ''), args[0] ?? '']
  if (victim.split(' ').every((word, index) => self[index] === word)) {
    let reached = 0
    subscribe(faultChannelName, message => {
      if (message !== point || ++reached < nth) return
      writeFileSync(mark, String(process.pid))
      process.kill(process.pid, 'SIGKILL')
    })
  }
}
