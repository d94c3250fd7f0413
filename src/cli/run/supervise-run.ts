import type {StartInput} from '../../reporter/record/record.ts'
import type {Reporter} from '../../reporter/reporter.ts'
import {closeInheritedDescriptors} from '../../reporter/sender/close-inherited-descriptors.ts'
import {type Ending, releaseStandardStreams, supervise} from './supervise.ts'

/** A run whose start has been recorded. */
export interface RunRecording {
  readonly reporter: Reporter
  readonly input: StartInput
  readonly run: string
  /** Seconds in which to deliver after the end, or null: in the background. */
  readonly waitSeconds: number | null
}

/** Milliseconds after which a run says that it lives on. */
const dayMilliseconds = 86_400_000

/**
 * Runs a command to its end and records it. With nothing to record the command runs all the same.
 *
 * While it runs, this process holds none of the descriptors that it was given: a lock or a pipe is the command's alone.
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
    // The caller gets what the command came to, whatever became of the record.
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
