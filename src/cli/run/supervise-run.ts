import type {StartInput} from '../../reporter/record/record.ts'
import type {Reporter} from '../../reporter/reporter.ts'
import {closeInheritedDescriptors} from '../../reporter/sender/close-inherited-descriptors.ts'
import {type Ending, releaseStandardStreams, supervise} from './supervise.ts'

/** A run whose start has been recorded. */
export interface RunRecording {
  readonly reporter: Reporter
  readonly input: StartInput
  readonly run: string
  /** Seconds for a delivery after the end. Null: a sender delivers in the background. */
  readonly waitSeconds: number | null
}

/** Milliseconds between repetitions of the start. */
const dayMilliseconds = 86_400_000

/**
 * Runs a command to its end and records the end. `recording` null: runs it without a record.
 *
 * While the command runs, this process closes the descriptors that it inherited: a lock or a pipe belongs only to the
 * command.
 */
export async function superviseRun(
  command: readonly [string, ...string[]],
  recording: RunRecording | null,
  {keepsErrorOutput}: {readonly keepsErrorOutput: boolean},
): Promise<Ending> {
  const environment = {...process.env, ...recording?.reporter.runVariables(recording.run)}
  let repeating: NodeJS.Timeout | undefined
  const ending = await supervise(command, environment, () => {
    if (!keepsErrorOutput) releaseStandardStreams()
    closeInheritedDescriptors()
    recording?.reporter.sendInBackground('start')
    repeating = recording === null ? undefined : repeatDaily(recording)
  })
  clearInterval(repeating)
  try {
    if (recording !== null) await finish(recording, ending)
  } catch {
    // A failed record must not change the exit code.
  }
  return ending
}

function repeatDaily({reporter, run, input}: RunRecording): NodeJS.Timeout {
  let repeat = 0
  return setInterval(() => {
    repeat++
    reporter.repeatStart({...input, run, repeat})
    reporter.sendInBackground('start')
  }, dayMilliseconds).unref()
}

async function finish({reporter, run, waitSeconds}: RunRecording, ending: Ending): Promise<void> {
  reporter.end({run, ...ending})
  if (waitSeconds === null) reporter.sendInBackground('end')
  else await reporter.flush({waitSeconds})
}
