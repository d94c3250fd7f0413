import {UsageError} from '../../../../errors.ts'

/**
 * Codes of ClickHouse that say: not now, or not on this server. The same request may succeed on another server or later.
 * Source: src/Common/ErrorCodes.cpp of ClickHouse.
 */
const passing = new Map([
  [3, 'it ends'], // UNEXPECTED_END_OF_FILE
  [32, 'it lost a shard'], // ATTEMPT_TO_READ_AFTER_EOF
  [74, 'its disk failed'], // CANNOT_READ_FROM_FILE_DESCRIPTOR
  [75, 'its disk failed'], // CANNOT_WRITE_TO_FILE_DESCRIPTOR
  [76, 'its disk failed'], // CANNOT_OPEN_FILE
  [159, 'it took too long'], // TIMEOUT_EXCEEDED
  [173, 'it has no memory left'], // CANNOT_ALLOCATE_MEMORY
  [201, 'the user has used up a quota'], // QUOTA_EXCEEDED
  [202, 'it has too many queries'], // TOO_MANY_SIMULTANEOUS_QUERIES
  [203, 'a shard has too many connections'], // NO_FREE_CONNECTION
  [209, 'a shard does not answer'], // SOCKET_TIMEOUT
  [210, 'a shard cannot be reached'], // NETWORK_ERROR
  [225, 'its Keeper does not answer'], // NO_ZOOKEEPER
  [236, 'it ends'], // ABORTED
  [241, 'it has no memory left'], // MEMORY_LIMIT_EXCEEDED
  [242, 'its table is read-only for now'], // TABLE_IS_READ_ONLY
  [243, 'its disk is full'], // NOT_ENOUGH_SPACE
  [252, 'it has too many parts'], // TOO_MANY_PARTS
  [279, 'a shard cannot be reached'], // ALL_CONNECTION_TRIES_FAILED
  [285, 'too few replicas are up'], // TOO_FEW_LIVE_REPLICAS
  [286, 'too few replicas are up'], // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  [319, 'it does not know whether it stored the block'], // UNKNOWN_STATUS_OF_INSERT
  [341, 'a deletion did not finish'], // UNFINISHED
  [384, 'it moves a part'], // PART_IS_TEMPORARILY_LOCKED
  [394, 'it stopped the query'], // QUERY_WAS_CANCELLED
  [425, 'a system call failed'], // SYSTEM_ERROR
  [439, 'it has no thread left'], // CANNOT_SCHEDULE_TASK
  [473, 'a table is locked'], // DEADLOCK_AVOIDED
  [692, 'it has too many mutations'], // TOO_MANY_MUTATIONS
  [722, 'it is still starting'], // ASYNC_LOAD_WAIT_FAILED
  [745, 'it is overloaded'], // SERVER_OVERLOADED
  [999, 'its Keeper does not answer'], // KEEPER_EXCEPTION
])

/** Codes that say: this user may not do that, or the database is missing. */
const refusing = new Map([
  [81, 'it has no such database'], // UNKNOWN_DATABASE
  [192, 'it does not know the user'], // UNKNOWN_USER
  [193, 'the password is wrong'], // WRONG_PASSWORD
  [194, 'it requires a password'], // REQUIRED_PASSWORD
  [497, 'the user may not do that'], // ACCESS_DENIED
  [516, 'user or password is wrong'], // AUTHENTICATION_FAILED
])

/** Whether a kept-alive connection was closed: the next try makes a new one. */
export function isClosedConnection(error: unknown): boolean {
  const {code, message} = error as NodeJS.ErrnoException
  return code === 'ECONNRESET' || code === 'EPIPE' || /other side closed|socket hang up/i.test(String(message))
}

/** Whether another server, or a later try, may succeed. */
export function isPassing(error: unknown): boolean {
  const code = codeOf(error)
  return code === null ? !isOwn(error) : passing.has(code)
}

/** Whether a server answered with this error. */
export const isAnswer = (error: unknown): boolean => codeOf(error) !== null

/** Whether it is a mistake of this program, which no server can help. */
const isOwn = (error: unknown): boolean =>
  error instanceof UsageError ||
  error instanceof TypeError ||
  error instanceof RangeError ||
  error instanceof SyntaxError

/**
 * Gives an error a code: USAGE_STORE_UNREACHABLE if no server answers or it refuses the request for now, otherwise
 * USAGE_STORE_REFUSED. A mistake of this program is returned as it is. Messages of ClickHouse can contain values of requests, so they are not repeated.
 *
 * @param doing what the request was for, such as `insert into runs`
 * @param place the address without user and password
 * @param isInsert leaves out the cause, which may contain a row
 */
export function nameServerError(error: unknown, doing: string, place: string, isInsert = false): unknown {
  if (isOwn(error)) return error
  const code = codeOf(error)
  const said = code === null ? '' : ` (ClickHouse's error ${code} ${String((error as {type?: string}).type ?? '')})`
  const why = code === null ? describeConnection(error) : (passing.get(code) ?? refusing.get(code) ?? 'it is invalid')
  const message = `the store ${place} did not ${doing}: ${why}${said}`
  const isLater = code === null || passing.has(code)
  return new UsageError(isLater ? 'USAGE_STORE_UNREACHABLE' : 'USAGE_STORE_REFUSED', message, {
    ...(!isInsert && {cause: error}),
    ...nextOfCertificate((error as NodeJS.ErrnoException).code),
  })
}

const certificateNexts: readonly (readonly [code: RegExp, next: string])[] = [
  [
    /^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_UNTRUSTED$)/,
    'Set NODE_EXTRA_CA_CERTS to a PEM file with the certificate of the authority that signed the certificate of the servers.',
  ],
  [/^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/, 'Renew the certificate of the servers, and check the clock here.'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'Write a host in --store that the certificate of the servers names.'],
]

function nextOfCertificate(code: unknown): {readonly next?: string} {
  const next = certificateNexts.find(([pattern]) => pattern.test(String(code)))?.[1]
  return next === undefined ? {} : {next}
}

/** Whether Node.js does not trust the certificate of a server. */
const isCertificateError = (error: unknown): boolean =>
  /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)/.test(String((error as NodeJS.ErrnoException).code))

function describeConnection(error: unknown): string {
  const {code, name, message} = error as NodeJS.ErrnoException
  if (name === 'AbortError' || name === 'TimeoutError' || /timeout|abort/i.test(String(message)))
    return 'no server answered in time'
  if (isCertificateError(error)) return `its certificate is not trusted (${code})`
  if (code !== undefined && /^[A-Z_]+$/.test(code)) return `no server answers (${code})`
  return 'no server answers'
}

/** The number that ClickHouse gave the error. Null: it is not from ClickHouse. */
function codeOf(error: unknown): number | null {
  const {code, type} = error as {readonly code?: unknown; readonly type?: unknown}
  return typeof type === 'string' && typeof code === 'string' && /^\d+$/.test(code) ? Number(code) : null
}
