// Asks a data folder for pages and says how long each took, a line of JSON each: `node bench/ask-pages.ts DIR PROJECT PAGE…`.
// The first is what a new process takes. With `--until-killed` it goes on and on.
import {openStatsSource} from '../src/collector/reading/read-store.ts'
import {createDashboard} from '../src/dashboard/site/site.ts'

const [dataDirectory, project, ...rest] = process.argv.slice(2) as [string, string, ...string[]]
const pages = rest.filter(page => page !== '--until-killed')
const source = openStatsSource(dataDirectory)
const projects = new Map((await source.projects()).map(one => [one.project, one]))
// The clock goes on so far between two pages that no answer is shown again from memory.
let nowMs = Date.parse('2026-11-25T12:00:00Z')
const dashboard = createDashboard({projects, source, now: () => nowMs, access: 'open', explain: () => []})
do {
  for (const page of pages) {
    nowMs += 10_000
    const since = performance.now()
    const [name = '', query = ''] = page.split('?')
    const path = `/projects/${project}${name === '' ? '' : `/${name}`}`
    const parameters = Object.fromEntries(new URLSearchParams(query))
    const {status, body} = await dashboard({path, parameters, isReader: true, share: null, ifNoneMatch: null})
    console.log(
      JSON.stringify({
        page,
        status,
        ms: Math.round(performance.now() - since),
        sinceStart: Math.round(performance.now()),
        bytes: body.length,
      }),
    )
  }
} while (rest.includes('--until-killed'))
