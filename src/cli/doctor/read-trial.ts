import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {Answer} from '../../protocol/report/answer.ts'
import {limits} from '../../protocol/values/limits.ts'
import type {MadeReport} from '../../reporter/reports/make-reports.ts'
import type {Trial} from '../../reporter/transports/http.ts'
import type {Posted} from '../../reporter/transports/read-answers.ts'
import {writeAmount} from '../text/words.ts'
import {type Finding, ok, problem, warning} from './finding.ts'

interface Asked {
  readonly url: URL
  /** The value of NODE_EXTRA_CA_CERTS. */
  readonly extraCertificates: string | undefined
}

/** Where the write key of a project is written, and whether it was left out because the address is another one. */
export interface WriteKeyPlace {
  /** `your project file`, or the policy of the site that sends the events elsewhere. */
  readonly where: string
  readonly isWithheld: boolean
}

interface Tried extends Asked {
  readonly project: ProjectFile
  readonly key: WriteKeyPlace
  readonly report: MadeReport
}

/** Reads what came of a trial: TLS, then the round trip. Pure. */
export function readTrial(trial: Trial, tried: Tried): Finding[] {
  if (trial.kind === 'failure') return readFailure(trial, tried)
  return [...tlsWorks(tried), readAnswer(trial, tried)]
}

const tlsWorks = ({url}: Asked): Finding[] =>
  url.protocol === 'https:' ? [ok('tls', `The certificate of ${url.hostname} is trusted.`)] : []

/** Characters of a text of a server that are shown. */
const maxQuotedLength = 300

/** A text of a server, which may be long, and may contain the write key that it was sent. Pure. */
function quote(text: string, {writeKey = ''}: ProjectFile): string {
  const safe = writeKey === '' ? text : text.replaceAll(writeKey, '(write key)')
  return safe.length > maxQuotedLength ? `${safe.slice(0, maxQuotedLength)}…` : safe
}

/** Seconds by which a clock may differ unnoticed: the Date header has whole seconds. */
const unnoticedSeconds = 60

/** Compares this machine's clock, Unix milliseconds, with the Date header of an answer. Nothing without one. Pure. */
export function readClock(date: string | undefined, nowMs: number): Finding[] {
  const theirs = Date.parse(date ?? '')
  if (Number.isNaN(theirs)) return []
  const seconds = Math.round((nowMs - theirs) / 1000)
  const away = Math.abs(seconds)
  const what = `This machine is ${writeTime(away)} ${seconds > 0 ? 'ahead of' : 'behind'} the collector.`
  const next =
    'Set the clock by NTP, for example: timedatectl set-ntp true. If this machine is right, tell the operator.'
  if (away <= unnoticedSeconds) return [ok('clock', 'The clocks of this machine and of the collector agree.')]
  if (away < limits.clockToleranceMinutes * 60)
    return [warning('clock', `${what} Times in the statistics differ by as much.`, next)]
  const effect = 'The collector corrects times. Near the turn of a period the user of a run may stay unknown.'
  return [problem('clock', `${what} ${effect}`, next)]
}

function writeTime(seconds: number): string {
  const minutes = Math.round(seconds / 60)
  if (minutes < 120) return writeAmount(minutes, 'minute')
  return minutes < 48 * 60
    ? writeAmount(Math.round(minutes / 60), 'hour')
    : writeAmount(Math.round(minutes / 1440), 'day')
}

const authority = `Set NODE_EXTRA_CA_CERTS to a PEM file with the certificate of your site's authority, where your scripts run. Where the system trusts it, NODE_OPTIONS=--use-system-ca is enough (Node.js 22.15 or newer).`
const chain =
  'If the authority is public, the collector does not send its whole chain of certificates: ask the operator.'

/** What to do about a certificate that is not accepted, by the code of Node.js. */
const certificateAdvice: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `${authority} ${chain}`,
  UNABLE_TO_GET_ISSUER_CERT: `${authority} ${chain}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `${authority} ${chain}`,
  SELF_SIGNED_CERT_IN_CHAIN: authority,
  DEPTH_ZERO_SELF_SIGNED_CERT: `Set NODE_EXTRA_CA_CERTS to a PEM file with the certificate of the collector, where your scripts run.`,
  CERT_HAS_EXPIRED: 'Ask the operator to renew the certificate. Check the clock of this machine too.',
  CERT_NOT_YET_VALID: 'Check the clock of this machine: date.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'Write a host name of the certificate into the endpoint, or ask the operator for another one.',
}

/** Reads why no answer came. Pure. */
export function readFailure(failure: Extract<Trial, {kind: 'failure'}>, {url, extraCertificates}: Asked): Finding[] {
  const {code, isTimeout} = failure
  const [message = ''] = failure.message.split(/; if the root CA|\n/)
  const advice = certificateAdvice[code ?? '']
  if (advice !== undefined) {
    const isSet = extraCertificates === undefined || /EXPIRED|NOT_YET|ALTNAME/.test(code ?? '')
    const hint = isSet ? '' : ` NODE_EXTRA_CA_CERTS is ${extraCertificates}, which does not help here.`
    return [problem('tls', `${message} (${code}).${hint}`, advice)]
  }
  if (code === 'EPROTO')
    return [
      problem(
        'tls',
        `${url.host} does not speak TLS at this port.`,
        'Check the port, or write http: instead of https:.',
      ),
    ]
  if (code === 'ERR_PROXY_TUNNEL') {
    const isLogin = / 407\b/.test(message)
    const next = isLogin
      ? proxyLogin
      : 'Ask the administrator of the proxy to allow the host, or exclude it by NO_PROXY.'
    return [problem('proxy', `The proxy opens no connection: ${message}.`, next)]
  }
  const what = isTimeout
    ? `${url.host} accepts connections and does not answer.`
    : `No answer from ${url.host}: ${message}.`
  return [
    problem(
      'round-trip',
      what,
      'Check that the port belongs to a collector and speaks http: or https: as the endpoint says.',
    ),
  ]
}

const proxyLogin = 'The proxy requires a login: write it into the variable, http://USER:PASSWORD@HOST:PORT.'

function readAnswer({response, result}: Extract<Trial, {kind: 'response'}>, tried: Tried): Finding {
  if (result.kind === 'answered') return readAccepted(result.answer, tried)
  const {status, location} = response
  const {code, message} = readError(response)
  const {project} = tried.project
  const isCollector = code !== null
  if (status === 407) return problem('proxy', 'The proxy answered 407.', proxyLogin)
  if (status >= 300 && status < 400)
    return failed(
      `The collector redirects to ${quote(location ?? 'nowhere', tried.project)}. Redirects are not followed.`,
      'Write the final address into the endpoint of the project file.',
    )
  if (code === 'USAGE_KEY_WRONG') return readKeyWrong(tried)
  if (code === 'USAGE_PROJECT_UNKNOWN')
    return failed(
      `The collector does not have the project ${project}.`,
      'Ask the operator to add your project file to the folder of `usage collect --projects`.',
    )
  if (code === 'USAGE_STORE_UNWRITABLE')
    return failed(
      `The collector stores nothing now (${quote(message, tried.project)}). Events wait and are sent later.`,
      'Operators: docs/operating.md, "When a collector stores nothing". Others: try again later.',
    )
  if (status === 429 || (status === 503 && isCollector))
    return failed(
      `The collector is busy (status ${status}). Events wait and are sent later.`,
      'Try again later. If it stays busy, ask the operator.',
    )
  if (isCollector)
    return failed(
      `The collector answered ${status}: ${quote(message, tried.project)}`,
      'Ask the operator to update the collector, or update usage here.',
    )
  if (status === 502 || status === 503 || status === 504)
    return failed(
      `A proxy before the collector answered ${status}: it does not reach the collector. Events wait and are sent later.`,
      'Operators: check that the collector runs where the proxy expects it. Others: try again later.',
    )
  return failed(
    `${tried.url.host} answered ${status}, and is not a collector.`,
    'Check the address and its path. On a guest network, sign in first.',
  )
}

function readKeyWrong({project: {project, writeKey}, key: {where, isWithheld}}: Tried): Finding {
  const compare = `Compare writeKey in ${where} with the file of ${project} at the collector.`
  if (writeKey !== undefined) return failed('The collector rejected the write key.', compare)
  if (!isWithheld)
    return failed(`The collector requires a write key, and ${where.replace('your', 'the')} has none.`, compare)
  return failed(
    'The collector requires a write key. The key of the project was not sent, because this is not its collector.',
    `To try it with its key, write this endpoint into a copy of the project file: usage doctor --project-file FILE.`,
  )
}

const failed = (what: string, next: string): Finding => problem('round-trip', what, next)

function readAccepted({rejected, pending = 0}: Answer, {project, report}: Tried): Finding {
  const {events} = JSON.parse(report.body) as {events: readonly {name?: string}[]}
  const next = `Ask the operator to replace the file of ${project.project} by your project file.`
  if (rejected.length === 0 && pending > 0)
    return failed(
      `The project file of the collector lacks ${writeAmount(pending, 'feature')} of yours. Their events wait there.`,
      next,
    )
  if (rejected.length === 0)
    return ok(
      'round-trip',
      `The collector checked a made-up report of ${writeAmount(events.length, 'event')} and stored nothing.`,
    )
  const names = rejected.map(({index}) => events[index]?.name).filter(name => name !== undefined)
  const shown = names.slice(0, 5).join(', ')
  const what =
    names.length === rejected.length
      ? `The collector rejects ${writeAmount(names.length, 'declared feature')}: ${shown}${names.length > 5 ? ', …' : ''}.`
      : `The collector rejects ${rejected.length} of ${events.length} events: ${quote(rejected[0]?.message ?? '', project)}.`
  return failed(what, next)
}

/** The error document of a collector. Null for anything else. */
function readError({body}: Posted): {readonly code: string | null; readonly message: string} {
  try {
    const {error} = JSON.parse(body) as {error?: {code?: unknown; message?: unknown}}
    const isOurs = typeof error?.code === 'string' && error.code.startsWith('USAGE_')
    return {code: isOurs ? String(error.code) : null, message: String(error?.message ?? '')}
  } catch {
    return {code: null, message: ''}
  }
}
