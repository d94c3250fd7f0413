import {measure, type Row, writeTable} from './measure.ts'
import {makePlace, usageProgram} from './place.ts'

/** The smallest possible parent process in Node.js. */
const starting = `process.getBuiltinModule('child_process').spawn('true', [], {stdio: 'inherit'})`

/** Measures what `usage run` adds to a command that does nothing. */
export async function benchRun(runs: number): Promise<string[]> {
  const place = makePlace('http://127.0.0.1:9')
  const prepare = () => place.holdSending()
  const {environment} = place
  const rows: readonly Row[] = [
    {name: '`node -e 0`', command: [process.execPath, '-e', '0'], environment, prepare},
    {name: 'a Node.js that starts `true`', command: [process.execPath, '-e', starting], environment, prepare},
    {name: '`true`', command: ['true'], environment, prepare},
    {name: 'usage run -- true', command: [process.execPath, usageProgram, 'run', '--', 'true'], environment, prepare},
  ]
  try {
    return [writeTable('A command under `usage run`', await measure(rows, runs))]
  } finally {
    place.remove()
  }
}
