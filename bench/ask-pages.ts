// Requests pages of a data folder and prints the time of each as a line of JSON:
// `node bench/ask-pages.ts DIR PROJECT PAGE…`.
// The first page shows the time of a new process. With `--until-killed` it requests the pages again and again.
import {openSqliteSource} from '../src/collector/store/sqlite/source.ts'
import {createDashboard} from '../src/dashboard/site/site.ts'

const [dataDirectory, project, ...rest] = process.argv.slice(2) as [string, string, ...string[]]
const pages = rest.filter(page => page !== '--until-killed')
const source = openSqliteSource(dataDirectory)
const projects = new Map((await source.projects()).map(one => [one.project, one]))
// Between two pages the clock moves so far that no answer comes from the dashboard's memory.
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
