import {execFileSync} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {TestContext} from 'node:test'
import {destinationOf} from '../../src/reporter/destination/destination.ts'
import {cClientOnDisk} from './c-client.ts'
import {isolatedHome} from './isolated-home.ts'
import {projectOnDisk} from './project-on-disk.ts'
import {type RunOptions, runProgram, runUsage} from './run-program.ts'
import {waitingEvents} from './waiting-events.ts'

/** A home with the client of a project, and programs in C that include it. */
export function cScene(t: TestContext, changes: Readonly<Record<string, unknown>> = {}, http = 'http://127.0.0.1:9') {
  const home = isolatedHome(t)
  const {path, project} = projectOnDisk(home.home, http, changes)
  const folder = cClientOnDisk(home.home, project)
  return {
    home,
    path,
    project,
    destination: destinationOf(home.stateDirectory, project),
    folder,
    events: () => waitingEvents(home.stateDirectory),
    usesOf: (name: string) =>
      waitingEvents(home.stateDirectory).reduce(
        (sum, event) => sum + (event.type === 'feature' && event.name === name ? event.count : 0),
        0,
      ),
    dropped: async () => {
      const {stdout} = await runUsage(home, ['status', '--project-file', path, '--json'])
      const counts: Record<string, number> = JSON.parse(stdout).projects[0].dropped
      return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
    },
    /** Compiles a program whose `main` has these lines, and runs it. */
    run: (lines: string, options: RunOptions & {before?: string; flags?: readonly string[]} = {}) => {
      const {before = '', flags = [], ...others} = options
      const program = join(folder, 'program')
      writeFileSync(
        `${program}.c`,
        `#define USAGE_IMPLEMENTATION
#include "usage_client.h"
#include <pthread.h>
#include <signal.h>
${before}
int main(void) {
${lines}
return 0;
}
`,
      )
      execFileSync('gcc', ['-std=gnu99', '-g', '-O1', ...flags, '-o', program, `${program}.c`, '-lpthread'])
      return runProgram(home, [program], others)
    },
  }
}
