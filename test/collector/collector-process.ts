// Runs a collector as a process. The first argument contains its folders, as JSON. It prints its address to stdout.
import {openCollector} from '../../src/collector/collector.ts'
import {nowMs} from './samples.ts'

const folders = JSON.parse(process.argv[2]!)
const collector = await openCollector({...folders, host: '127.0.0.1', port: 0, now: () => nowMs})
process.stdout.write(`${collector.http}\n`)
