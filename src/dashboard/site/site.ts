/**
 * Room `site`: from a request to a page.
 *
 * It checks what the request may see (token, share link or public), asks the source, and returns status, headers and
 * body, which the collector's HTTP server sends. It writes nothing. Pages contain no script, and the whole state of a
 * page is in its address. Errors are pages too.
 * Read next: `public-questions.ts` for questions without a token, `ask.ts`.
 */
import {toUsageError, UsageError} from '../../errors.ts'
import {displayName, type ProjectFile} from '../../protocol/project/project-file.ts'
import type {PageAnswer, PageRequest} from '../../protocol/report/page.ts'
import {limitsFeatures, limitsRuns} from '../../stats/model/filters.ts'
import type {Stats} from '../../stats/model/model.ts'
import type {StatsSource} from '../../stats/model/source.ts'
import {minUsers} from '../../stats/public/cells.ts'
import type {PublicPeriod} from '../../stats/public/public.ts'
import {escapeHtml} from '../../stats/write/html.ts'
import {writeCount} from '../../stats/write/text/write.ts'
import {type NoticeSection, writeNotice} from '../pages/collected-page.ts'
import {isAnswerPage, writeAnswerPage, writeHeading, writeNavigation} from '../pages/project-pages.ts'
import {writePublicPage, writePublicUsers} from '../pages/public-pages.ts'
import {addressTo, homeAddress, readState, type State, signInAddress, writeSignIn} from '../parts/address.ts'
import {drawBadge} from '../parts/badge.ts'
import {framePage} from '../parts/frame-page.ts'
import {answerBadge, answerData, answerPage} from '../parts/page-answer.ts'
import {type Ask, createAsk} from './ask.ts'
import {boundQuestions} from './bounded-source.ts'
import {answerSection} from './download.ts'
import {askMonth, askMonths, askPublic} from './public-questions.ts'
import {answerProjects} from './start.ts'

export interface DashboardParts {
  readonly projects: ReadonlyMap<string, ProjectFile>
  readonly source: StatsSource
  /** Unix milliseconds. */
  readonly now: () => number
  /** What is visible without the read token: `token` nothing, `public` the public answers, `open` everything. */
  readonly access: 'token' | 'public' | 'open'
  /** The path below which browsers reach the pages, such as `/usage`. Default: the root of the host. */
  readonly basePath?: string
  /** The notice of a project. */
  readonly explain: (project: ProjectFile) => readonly NoticeSection[]
}

/** How long an answer is reused. Readers see a new run soon; many public visitors cost one question. */
const freshMs = {reader: 5_000, everybody: 300_000}

/**
 * Makes the dashboard: pages for a browser without scripts, their charts as CSV and JSON, and badges. It writes
 * nothing. Errors are pages too. Rejects only with an unexpected error.
 */
export function createDashboard(parts: DashboardParts): (request: PageRequest) => Promise<PageAnswer> {
  const {source, now} = parts
  const site: Site = {
    ...parts,
    base: parts.basePath ?? '',
    ask: createAsk(source, now, freshMs.reader),
    askForAll: createAsk(source, now, freshMs.everybody),
    askFreely: createAsk(boundQuestions(source), now, freshMs.everybody),
  }
  return async request => {
    try {
      return await route(site, request)
    } catch (thrown) {
      const error = toUsageError(thrown)
      // What has no status of its own tells of the inside, and is not shown.
      if (error.code === 'USAGE_UNEXPECTED' || error.http === null) throw thrown
      return answerError(error)
    }
  }
}

interface Site extends DashboardParts {
  readonly base: string
  /** The questions of readers with a token. */
  readonly ask: Ask
  /** The same questions for everybody, which are few. */
  readonly askForAll: Ask
  /** The questions that strangers choose, which may be very many. */
  readonly askFreely: Ask
}

async function route(site: Site, request: PageRequest): Promise<PageAnswer> {
  const [first, id, page = '', file, ...rest] = request.path.split('/').slice(1).map(decode)
  const sees = seesOf(site, request, id)
  if (first === '' && id === undefined) return answerStart(site, request, sees)
  if (first === 'sign-in' && id === undefined) return answerSignIn(site, request)
  const project = site.projects.get(id ?? '')
  if (rest.length > 0 || project === undefined) {
    if (sees === 'nothing') throw needsToken()
    throw notFound()
  }
  if (first === 'badge' && file === undefined) return answerCount(site, project, page, sees, request.ifNoneMatch)
  if (first !== 'projects') throw notFound()
  // Everybody may see what is collected.
  if (page === 'collected' && file === undefined)
    return answerNotice(site, project, sees === 'all', seesOthers(site, request))
  if (sees === 'nothing') throw needsToken()
  if (sees === 'public') return answerPublic(site, project, [page, file], request)
  return answerProject(site, project, [page, file], request)
}

/** The part of a project that the request may see. A share link opens only the public figures of its own project. */
function seesOf(
  {access}: Site,
  {isReader, readsProject = null, share}: PageRequest,
  id: string | undefined,
): 'all' | 'public' | 'nothing' {
  if (isReader || access === 'open' || (readsProject !== null && readsProject === id)) return 'all'
  return access === 'public' || (share !== null && share.project === id) ? 'public' : 'nothing'
}

/** Whether the request may see other projects besides the one that it asks for. */
const seesOthers = ({access, projects}: Site, {isReader}: PageRequest): boolean =>
  (isReader || access === 'open') && projects.size > 1

/** The first page: the projects, or the only one that the token of the request opens. */
async function answerStart(site: Site, {readsProject = null}: PageRequest, sees: string): Promise<PageAnswer> {
  const {projects, base, askForAll: ask} = site
  const own = readsProject === null ? undefined : projects.get(readsProject)
  if (own !== undefined) return redirectTo(base, own)
  if (sees === 'nothing') return answerError(needsToken())
  const [only, ...others] = projects.values()
  if (only !== undefined && others.length === 0) return redirectTo(base, only)
  const [isReader, footer] = [sees === 'all', sees === 'all' ? '' : writeSignIn(signInAddress(base, null))]
  return answerPage(await answerProjects({projects, base, ask, nowMs: site.now(), isReader, footer}))
}

/**
 * Asks for a token at an address above all pages, so that the browser sends it to all of them. Then leads to the project
 * of the link, or to the first page.
 */
function answerSignIn({projects, base}: Site, {isReader, readsProject = null, parameters}: PageRequest): PageAnswer {
  if (!isReader && readsProject === null) return answerError(needsToken())
  const project = projects.get(readsProject ?? String(parameters['project'] ?? ''))
  return project === undefined ? redirect(homeAddress(base)) : redirectTo(base, project)
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw notFound()
  }
}

async function answerProject(
  site: Site,
  project: ProjectFile,
  [page, file]: readonly [string, string | undefined],
  request: PageRequest,
): Promise<PageAnswer> {
  const nowMs = site.now()
  const {parameters} = request
  const state = readState({base: site.base, project}, parameters, nowMs)
  if (page === 'answers' && file !== undefined) return answerSection(await site.ask(project, state.query), file)
  if (file !== undefined || !isAnswerPage(page)) throw notFound()
  const stats = await site.ask(project, state.query)
  const {filters} = state.query
  const isFiltered = limitsFeatures(filters) || limitsRuns(filters)
  const choices = isFiltered ? await askChoices(site, project, state, nowMs) : stats
  const hasOthers = seesOthers(site, request)
  const lastYear = page === '' && hasNoRange(state) ? await askLastYear(site, project, state, nowMs) : null
  return answerPage(writeAnswerPage({state, name: page, stats, lastYear, choices, nowMs, hasOthers}))
}

/** The answers without filters, for the options of the form. They may be as old as public answers. */
function askChoices({askForAll}: Site, project: ProjectFile, {base, written}: State, nowMs: number): Promise<Stats> {
  return askForAll(project, readState({base, project}, onlyRange(written), nowMs).query)
}

const hasNoRange = ({written}: State): boolean => !rangeNames.some(name => written[name] !== undefined)
const rangeNames = ['from', 'to', 'year', 'by']

/** The last full reporting year with the same filters. It may be as old as public answers. */
function askLastYear({askForAll}: Site, project: ProjectFile, {base, written}: State, nowMs: number): Promise<Stats> {
  return askForAll(project, readState({base, project}, {...written, year: 'last'}, nowMs).query)
}

const onlyRange = ({from, to, year, by}: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries({from, to, year, by}).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )

async function answerPublic(
  {askForAll, askFreely, now, projects, access, base}: Site,
  project: ProjectFile,
  [page, file]: readonly [string, string | undefined],
  {parameters, share}: PageRequest,
): Promise<PageAnswer> {
  const nowMs = now()
  const ask = Object.keys(parameters).length === 0 ? askForAll : askFreely
  if (page === 'answers' && file === 'public.json') {
    const answer = await askPublic(ask, project, parameters, nowMs)
    return answerData(`${JSON.stringify(answer, null, 2)}\n`, 'application/json', `${project.project}-public.json`)
  }
  if (page !== '' || file !== undefined) throw needsToken()
  const months = await askMonths(askForAll, project, nowMs)
  const month = await askMonth(ask, project, parameters['month'], nowMs)
  const place = {base, project, written: share === null ? {} : {share: share.token}}
  const links = {
    home: access === 'public' && projects.size > 1 ? homeAddress(base) : null,
    overview: addressTo(place, ''),
    collected: addressTo({base, project, written: {}}, 'collected'),
    json: addressTo(place, 'answers/public.json'),
    month: (period: string) => addressTo(place, '', {month: period}),
    signIn: share === null ? signInAddress(base, project) : null,
  }
  return answerPage(writePublicPage({project, months, month, links}))
}

/** A badge shows the last whole month, and never more than the public page. */
async function answerCount(
  {askForAll, now, access}: Site,
  project: ProjectFile,
  file: string,
  sees: string,
  ifNoneMatch: string | null,
): Promise<PageAnswer> {
  const what = file === 'users.svg' ? 'users' : file === 'runs.svg' ? 'runs' : null
  if (what === null) throw notFound()
  if (sees === 'nothing') throw needsToken()
  const {periods} = await askMonth(askForAll, project, undefined, now())
  const badge = drawBadge(`${what} per month`, valueOfBadge(periods[0], what))
  return answerBadge(badge, ifNoneMatch, access !== 'token')
}

function valueOfBadge(month: PublicPeriod | undefined, what: 'users' | 'runs'): string {
  if (month === undefined || month.hidden) return `fewer than ${minUsers}`
  if (what === 'users') return writePublicUsers(month)
  return month.runs === null ? `fewer than ${minUsers}` : writeCount(month.runs)
}

function answerNotice({explain, base}: Site, project: ProjectFile, isReader: boolean, hasOthers: boolean): PageAnswer {
  const state = {base, project, written: {}}
  const pages = isReader
    ? writeNavigation(state, 'collected')
    : `<nav aria-label="Pages"><ul><li><a href="${addressTo(state, '')}">Figures</a></li></ul></nav>\n`
  const lead = 'What is collected, why, and how to stop it'
  return answerPage(
    framePage({
      title: `${displayName(project)}: what is collected`,
      header: writeHeading(project, lead, hasOthers ? homeAddress(base) : null) + pages,
      main: writeNotice(explain(project)),
    }),
  )
}

const redirectTo = (base: string, project: ProjectFile): PageAnswer =>
  redirect(addressTo({base, project, written: {}}, ''))

const redirect = (address: string): PageAnswer => ({status: 302, headers: {Location: address}, body: ''})

/** Writes an error as a page. If the token is missing, the browser asks for it. */
function answerError(error: UsageError): PageAnswer {
  const status = error.http ?? 500
  const main = `<div class="empty"><p>${escapeHtml(error.message)}</p><p>${escapeHtml(error.next)}</p><p><code>${error.code}</code></p></div>\n`
  const header = `<h1>${status === 401 ? 'A token is required' : 'Error'}</h1>\n`
  const challenge = {'WWW-Authenticate': 'Basic realm="usage, password: the read token", charset="UTF-8"'}
  return answerPage(framePage({title: 'usage', header, main}), status, status === 401 ? challenge : {})
}

const needsToken = (): UsageError =>
  new UsageError('USAGE_TOKEN_WRONG', 'This page requires the read token.', {
    next: 'Reload the page, leave the name empty and enter the token as the password. The operator makes one with `usage token new`.',
  })

const notFound = (): UsageError => new UsageError('USAGE_NOT_FOUND', 'This page does not exist.')
