// A program that records as the commands do, a file for each event: `node load-writer.ts PROJECT_FILE EVENTS`. It waits for the end
// of its input, so that many begin at once; then it is a run with features, so many events in all.
import {readFileSync} from 'node:fs'
// The built core, as the commands have it: fifty processes would take longer to strip types than to count.
import {parseProjectFile, type RecordOutcome} from 'usage-reporter'
import {createReporter} from '../../dist/reporter/reporter.js'

const [path = '', events = '2'] = process.argv.slice(2)
const parsed = parseProjectFile(JSON.parse(readFileSync(path, 'utf8')))
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
const reporter = createReporter({project: parsed.value})
process.stdout.write('ready\n')
for await (const _ of process.stdin);

let recorded = 0
/** What is not recorded is said, so that a test that counts one event too few shows why. */
const note = (outcome: RecordOutcome): void => {
  if (outcome.kind === 'recorded') recorded++
  else process.stderr.write(`${JSON.stringify(outcome)}\n`)
}
note(reporter.start())
for (let made = 2; made < Number(events); made++) note(reporter.feature({name: 'Load.v1', type: 'Algorithm'}))
note(reporter.end({exitCode: 0}))
process.stdout.write(`${recorded}\n`)
