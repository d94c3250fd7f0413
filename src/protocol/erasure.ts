import * as v from 'valibot'
import {limits} from './limits.ts'
import {type Parsed, toProblems} from './problem.ts'
import {time, uuid} from './scalars.ts'

const keyPattern = /^[0-9a-f]{64}$/

/**
 * Asks a collector to erase what it holds about one person: `POST {endpoint}/v1/projects/{project}/erasures`.
 *
 * Each key is the secret half of one pseudonym: the pseudonym is the first 128 bits of its SHA-256. Whoever presents it
 * owns the pseudonym, and nobody can make it from the pseudonym. No other proof is wanted, no account, no address.
 */
export const erasureRequest = v.strictObject({
  protocol: v.literal(1),
  /** Made with the request and the same in each try: a request that is repeated is answered with the same receipt. */
  id: uuid,
  /** One for each period in which something may have been sent, as 64 hex digits. */
  keys: v.pipe(
    v.array(v.pipe(v.string(), v.regex(keyPattern, 'must be a key of 64 hex digits'))),
    v.nonEmpty('must contain at least one key'),
    v.maxLength(limits.maxErasureKeys, `must contain at most ${limits.maxErasureKeys} keys`),
  ),
})
export type ErasureRequest = Readonly<v.InferOutput<typeof erasureRequest>>

/** Reads a request from outside. Pure; never throws. */
export function parseErasureRequest(input: unknown): Parsed<ErasureRequest> {
  const result = v.safeParse(erasureRequest, input)
  return result.success ? {ok: true, value: result.output} : {ok: false, problems: toProblems(result.issues)}
}

/** What was erased; given only after it is gone from the disk. */
export const erasureReceipt = v.object({
  /** The id of the request. */
  receipt: uuid,
  erasedAt: time,
  /** Rows that were there and are gone; of all tries of this request together. */
  runs: v.pipe(v.number(), v.integer(), v.minValue(0)),
  features: v.pipe(v.number(), v.integer(), v.minValue(0)),
})
export type ErasureReceipt = Readonly<v.InferOutput<typeof erasureReceipt>>

/** Reads a receipt, or says `null`: whatever else a proxy puts in its place erases nothing. */
export function parseErasureReceipt(body: string): ErasureReceipt | null {
  try {
    const result = v.safeParse(erasureReceipt, JSON.parse(body))
    return result.success ? result.output : null
  } catch {
    return null
  }
}
