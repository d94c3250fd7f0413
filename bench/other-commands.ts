import {measure, type Row, writeTable} from './measure.ts'
import {makePlace, usageProgram} from './place.ts'

/** Measures commands that answer a person. They load the framework of the command line. */
export async function benchOtherCommands(runs: number): Promise<string[]> {
  const place = makePlace('http://127.0.0.1:9')
  place.holdSending()
  const {environment} = place
  const usage = (...args: string[]): Row => ({
    name: `usage ${args.join(' ')}`,
    command: [process.execPath, usageProgram, ...args],
    environment,
  })
  const bare: Row = {name: '`node -e 0`', command: [process.execPath, '-e', '0'], environment}
  try {
    return [writeTable('Other commands', await measure([bare, usage('status'), usage('start', '--help')], runs))]
  } finally {
    place.remove()
  }
}
