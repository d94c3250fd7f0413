import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {measure, type Row, writeTable} from './measure.ts'
import {makePlace, usageProgram} from './place.ts'

/** Measures the next event with more and more waiting events. Its time must not grow. */
export async function benchWaitingEvents(runs: number): Promise<string[]> {
  const places = [10, 1_000, 100_000].map(waiting => ({waiting, place: makePlace('http://127.0.0.1:9')}))
  const node = process.execPath
  const rows = places.map(({waiting, place}): Row => {
    place.holdSending()
    const folder = place.destination.paths.waiting
    mkdirSync(folder, {recursive: true})
    for (let index = 0; index < waiting; index++) writeFileSync(join(folder, `${index}`.padStart(36, '0')), '')
    const command = [node, usageProgram, 'feature', 'Load.v1', '--type', 'Algorithm'] as const
    const name = `usage feature, ${waiting.toLocaleString('en')} events waiting`
    return {name, command, environment: place.environment}
  })
  const bare: Row = {name: '`node -e 0`', command: [node, '-e', '0'], environment: places[0]!.place.environment}
  try {
    return [writeTable('The next event', await measure([bare, ...rows], runs))]
  } finally {
    for (const {place} of places) place.remove()
  }
}
