import * as v from 'valibot'
import {limits} from '../values/limits.ts'
import {type Parsed, toProblems} from '../values/problem.ts'
import {time, uuid} from '../values/scalars.ts'

/** The key of a pseudonym, as 64 hex digits. */
export const pseudonymKey = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'must be a key of 64 hex digits'))

/**
 * A request to erase the data of one person: `POST {endpoint}/v1/projects/{project}/erasures`.
 *
 * A pseudonym is the first 128 bits of the SHA-256 of its key. The key cannot be computed from the pseudonym, so it
 * proves that the sender owns the pseudonym. No account and no address are required.
 */
export const erasureRequest = v.strictObject({
  protocol: v.literal(1),
  /** The same in each attempt: a repeated request gets the same receipt. */
  id: uuid,
  /** One key for each period in which reports may have been sent, as 64 hex digits. */
  keys: v.pipe(
    v.array(pseudonymKey),
    v.nonEmpty('must contain at least one key'),
    v.maxLength(limits.maxErasureKeys, `must contain at most ${limits.maxErasureKeys} keys`),
  ),
})
export type ErasureRequest = Readonly<v.InferOutput<typeof erasureRequest>>

/** Reads a request. Pure; never throws. */
export function parseErasureRequest(input: unknown): Parsed<ErasureRequest> {
  const result = v.safeParse(erasureRequest, input)
  return result.success ? {ok: true, value: result.output} : {ok: false, problems: toProblems(result.issues)}
}

/** What was erased. It is sent only after the data is gone from the disk. */
export const erasureReceipt = v.object({
  /** The id of the request. */
  receipt: uuid,
  erasedAt: time,
  /** Rows that were erased, in all attempts of this request together. */
  runs: v.pipe(v.number(), v.integer(), v.minValue(0)),
  features: v.pipe(v.number(), v.integer(), v.minValue(0)),
})
export type ErasureReceipt = Readonly<v.InferOutput<typeof erasureReceipt>>

/** Reads a receipt. Null for anything else, such as a proxy's page: then nothing was erased. Pure; never throws. */
export function parseErasureReceipt(body: string): ErasureReceipt | null {
  try {
    const result = v.safeParse(erasureReceipt, JSON.parse(body))
    return result.success ? result.output : null
  } catch {
    return null
  }
}
