// Records like the commands, with a file for each event: `node load-writer.ts PROJECT_FILE EVENTS`. It waits for the
// end of its
// input, so that many processes begin at the same time. Then it records a run with features, EVENTS events together.
import {readFileSync} from 'node:fs'
// The built modules, like the commands: fifty processes would take longer to strip types than to record.
import {parseProjectFile, type RecordOutcome} from 'usage-reporter'
import {createReporter} from '../../dist/reporter/reporter.js'

const [path = '', events = '2'] = process.argv.slice(2)
const parsed = parseProjectFile(JSON.parse(readFileSync(path, 'utf8')))
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
const reporter = createReporter({project: parsed.value})
process.stdout.write('ready\n')
for await (const _ of process.stdin);

let recorded = 0
/** Prints the outcome of an event that is not recorded, so that a failing test shows the reason. */
const note = (outcome: RecordOutcome): void => {
  if (outcome.kind === 'recorded') recorded++
  else process.stderr.write(`${JSON.stringify(outcome)}\n`)
}
note(reporter.start())
for (let made = 2; made < Number(events); made++) note(reporter.feature({name: 'Load.v1', type: 'Algorithm'}))
note(reporter.end({exitCode: 0}))
process.stdout.write(`${recorded}\n`)
