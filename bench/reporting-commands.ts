import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {measure, type Row, writeTable} from './measure.ts'
import {openNetworks} from './networks.ts'
import {makePlace, type Place, usageProgram} from './place.ts'

const core = fileURLToPath(new URL('../node_modules/@oclif/core/lib/index.js', import.meta.url))
const reporting = {
  'usage start': ['start', '--script', '/opt/job.sh'],
  'usage feature': ['feature', 'Load.v1', '--type', 'Algorithm'],
  'usage end': ['end', '--exit-code', '0'],
}

/** Compares each reporting command with a bare Node.js, an empty oclif command and curl in the background. */
export async function benchReportingCommands(runs: number): Promise<string[]> {
  const tables: string[] = []
  for (const network of await openNetworks()) {
    const place = makePlace(network.http)
    try {
      tables.push(writeTable(`Reporting, network ${network.name}`, await measure(rowsOf(place, network.http), runs)))
    } finally {
      place.remove()
      network.close()
    }
  }
  return tables
}

function rowsOf(place: Place, http: string): Row[] {
  const {environment, home} = place
  const node = process.execPath
  const empty = join(home, 'empty.cjs')
  writeFileSync(empty, '')
  const oclif = join(home, 'oclif.mjs')
  const emptyCommand = `import {Command} from ${JSON.stringify(core)}
await class extends Command { async run() {} }.run([], {root: ${JSON.stringify(join(usageProgram, '..', '..'))}})`
  writeFileSync(oclif, emptyCommand)
  const commands = Object.entries(reporting).map(([name, args]): Row => {
    const command = [node, usageProgram, ...args] as const
    return {name: `${name}, no sender due`, command, environment, prepare: place.holdSending}
  })
  const sending = {
    command: [node, usageProgram, 'end'] as const,
    environment,
    prepare: place.freeSending,
    leavesProcess: true,
  }
  const curl = `curl -s -m 5 -d '{}' ${http}/v1/reports >/dev/null 2>&1 &`
  return [
    {name: '`node -e 0`', command: [node, '-e', '0'], environment},
    {name: 'an empty file', command: [node, empty], environment},
    ...commands,
    {name: 'usage end, a sender is started', ...sending},
    {name: 'an empty oclif command', command: [node, oclif], environment},
    {name: '`curl &` from a shell', command: ['sh', '-c', curl], environment, leavesProcess: true},
  ]
}
