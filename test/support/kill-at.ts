// Preloaded by --import. If this process is the victim, it kills itself with SIGKILL when it reaches a named step for
// the n-th time, in any of its threads. It writes a file before, because nobody sees the exit code of a process in the background.
import {subscribe} from 'node:diagnostics_channel'
import {writeFileSync} from 'node:fs'
import {basename} from 'node:path'
import {getEnvironmentData, isMainThread, setEnvironmentData} from 'node:worker_threads'
import {faultChannelName} from '../../src/fault-points.ts'

/** The JSON of the environment variable USAGE_TEST_KILL. */
export interface Kill {
  readonly point: string
  /** Which time the step is reached, from 1. */
  readonly nth: number
  /** The file name of the program without extension, and optionally its first argument: `run end`, `sender-process`. */
  readonly victim: string
  /** The file for the id of the killed process. */
  readonly mark: string
}

const text = process.env['USAGE_TEST_KILL']
if (text !== undefined) {
  const {point, nth, victim, mark} = JSON.parse(text) as Kill
  // A thread of the process has other arguments.
  if (isMainThread) setEnvironmentData('usage-test-command', process.argv.slice(1))
  const [program, ...args] = getEnvironmentData('usage-test-command') as unknown as string[]
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
