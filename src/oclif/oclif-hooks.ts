import {writeSync} from 'node:fs'
import {join} from 'node:path'
import {isErrorOutputVisible} from '../reporter/consent/notice.ts'
import {atExit} from '../reporter/program/at-exit.ts'
import {createLibraryReporter, type LibraryReporter} from '../reporter/program/library-reporter.ts'
import type {ProgramReporterOptions} from '../reporter/program/program-options.ts'

/** The part of a CLI's configuration that the hooks read. oclif 1 to 5 have it. */
export interface OclifConfig {
  /** The folder of the CLI's package.json. */
  readonly root: string
  readonly version: string
  readonly bin: string
}

/** The hooks `prerun` and `finally` of a CLI. They never throw and never wait for the network. */
export interface OclifHooks {
  /** Shows the notice once, then records the start of a run and the command's id as a feature of type `Command`. */
  prerun(options: {readonly Command: {readonly id: string}; readonly config: OclifConfig}): Promise<void>
  /** Records the end of that run with its exit code, and starts a sender in the background. */
  finish(options: {readonly error?: unknown}): Promise<void>
}

/**
 * Creates the hooks of a CLI. They never read its arguments and flags.
 *
 * @param options options of the reporter; default of `project`: `usage.project.json` in the CLI's root
 */
export function oclifHooks(options: Partial<ProgramReporterOptions> = {}): OclifHooks {
  let reporter: LibraryReporter | null = null
  let stayAtExit: (() => void) | null = null
  return {
    async prerun({Command, config}) {
      // A command that runs another command is one run.
      if (reporter !== null) return
      const {root, bin, version} = config
      const project = join(root, 'usage.project.json')
      reporter = createLibraryReporter({project, application: bin, version, ...options})
      showNotice(reporter)
      // oclif skips the `finally` hook of a command that calls process.exit.
      const own = reporter
      stayAtExit = atExit(() => own.end({exitCode: exitCodeOf(null)}))
      reporter.start()
      reporter.feature({name: Command.id, type: 'Command'})
    },
    async finish({error}) {
      stayAtExit?.()
      reporter?.end({exitCode: exitCodeOf(error)})
      await reporter?.close()
      reporter = null
    },
  }
}

/** Shows the notice once, if standard error is visible. */
function showNotice(reporter: LibraryReporter): void {
  const {notice} = reporter
  if (notice === null || !isErrorOutputVisible() || !reporter.noticeShown()) return
  try {
    writeSync(2, `${notice}\n`)
  } catch {
    reporter.noticeFailed()
  }
}

/**
 * The exit code that oclif will use: that of the error, 1 for an error without one, else the one that the command set.
 */
function exitCodeOf(error: unknown): number {
  if (error === undefined || error === null) return Number(process.exitCode ?? 0)
  const code = (error as {oclif?: {exit?: unknown}}).oclif?.exit
  return typeof code === 'number' ? code : 1
}
