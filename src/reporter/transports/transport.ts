/**
 * Room `transports`: how one report reaches a collector.
 *
 * A `Transport` makes one attempt and returns what happened. It never throws, retries or reads the buffer: the sender decides
 * what follows. There are three: HTTP, which the collector confirms, datagrams, which nothing confirms, and a folder that a site
 * forwards. `by-endpoint.ts` chooses. Proxies are used as the environment says, redirects are not followed. Every attempt ends
 * with the caller's signal. Only `http.ts` may import `got`, and loads it when the first request is made.
 * Read next: `http.ts`, then `udp.ts` and `folder.ts`.
 */
import type {AccessRequest, ReadAccessPage} from '../../protocol/report/access.ts'
import type {Answer} from '../../protocol/report/answer.ts'
import type {ErasureReceipt, ErasureRequest} from '../../protocol/report/erasure.ts'

export type KeptReason =
  | 'offline'
  | 'timeout'
  | 'busy'
  | 'server-error'
  | 'key-refused'
  | 'project-unknown'
  /** The folder of the endpoint is missing, or is not writable. */
  | 'no-folder'
  /** The sender itself failed, on a full disk for example. */
  | 'sender-failed'

/** What one attempt to deliver a report came to. */
export type SendResult =
  /** The collector has its events, or has said which of them it refuses. */
  | {readonly kind: 'answered'; readonly status: number; readonly body: string; readonly answer: Answer}
  /** Nothing is confirmed; the report stays and is tried again. */
  | {
      readonly kind: 'kept'
      readonly reason: KeptReason
      readonly message: string
      readonly retryAfterSeconds: number | null
    }
  /** The report is larger than somebody on the way accepts. `isFinal`: the collector itself said so. */
  | {readonly kind: 'too-large'; readonly status: number; readonly isFinal: boolean}
  /** The collector will never take this report. */
  | {readonly kind: 'refused'; readonly status: number; readonly body: string}

export interface SendRequest {
  /** The collector's address, before `/v1/reports`. */
  readonly endpoint: string
  readonly writeKey: string | null
  /** The JSON of one report. */
  readonly body: string
  /** RFC 3339: the sender's clock, by which the collector corrects a wrong one. */
  readonly sentAt: string
  /** Ends the attempt, name lookup included. */
  readonly signal: AbortSignal
}

/** Delivers one report. Never throws. */
export type Transport = (request: SendRequest) => Promise<SendResult>

export interface EraseRequest extends Pick<SendRequest, 'endpoint' | 'writeKey' | 'signal'> {
  readonly project: string
  readonly request: ErasureRequest
}

/** What one attempt to have data erased came to. */
export type EraseResult =
  | {readonly kind: 'erased'; readonly receipt: ErasureReceipt}
  | {
      readonly kind: 'kept'
      /**
       * `cannot-erase`: the collector does not know how, or will never take this request. `not-encrypted`: the address is
       * neither https nor on this machine, so nothing was sent.
       */
      readonly reason: KeptReason | 'cannot-erase' | 'not-encrypted'
      readonly message: string
      readonly retryAfterSeconds: number | null
    }

/** Presents one request to erase. Never throws. */
export type Eraser = (request: EraseRequest) => Promise<EraseResult>

export interface AskRequest extends Pick<SendRequest, 'endpoint' | 'writeKey' | 'signal'> {
  readonly project: string
  /** Contains the key of a pseudonym. */
  readonly request: AccessRequest
  /** The pseudonym. An answer about another one is none. */
  readonly user: string
}

/** What one question for a page of a person's data came to. */
export type AskResult =
  | {readonly kind: 'page'; readonly page: ReadAccessPage; readonly bytes: number}
  | {
      readonly kind: 'kept'
      /**
       * `cannot-show`: the collector does not support the question. `not-encrypted`: the address is neither https nor on this
       * machine, so nothing was sent, or the collector says so.
       */
      readonly reason: KeptReason | 'cannot-show' | 'not-encrypted'
      readonly message: string
      readonly retryAfterSeconds: number | null
    }

/** Asks a collector for one page of what it holds under a pseudonym. Never throws. */
export type Asker = (request: AskRequest) => Promise<AskResult>
