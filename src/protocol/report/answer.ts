import * as v from 'valibot'

/** The collector's answer to a report. It is sent only after the accepted events are on disk. */
export const answer = v.object({
  accepted: v.pipe(v.number(), v.integer(), v.minValue(0)),
  duplicates: v.pipe(v.number(), v.integer(), v.minValue(0)),
  rejected: v.array(
    v.object({
      index: v.pipe(v.number(), v.integer(), v.minValue(0)),
      id: v.nullable(v.string()),
      code: v.string(),
      message: v.string(),
    }),
  ),
  /**
   * How many of the accepted events are of a feature that the collector's project file does not declare yet. They are
   * counted when it does, or dropped. Absent: none.
   */
  pending: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
})
export type Answer = Readonly<v.InferOutput<typeof answer>>

/** Reads an answer. Null for anything else, such as a proxy's page: that confirms nothing. Pure; never throws. */
export function parseAnswer(body: string): Answer | null {
  try {
    const result = v.safeParse(answer, JSON.parse(body))
    return result.success ? result.output : null
  } catch {
    return null
  }
}

/** A collector's error: `{"error": {"code", "message", "next"}}`. Every code begins with `USAGE_`. */
const errorDocument = v.object({error: v.object({code: v.pipe(v.string(), v.regex(/^USAGE_/)), message: v.string()})})

/** Whether a body is a collector's error document, and not the answer of a proxy or a login portal. Never throws. */
export const isErrorDocument = (body: string): boolean => readErrorCode(body) !== null

/** The code of a collector's error document. Null for anything else. Never throws. */
export function readErrorCode(body: string): string | null {
  try {
    const result = v.safeParse(errorDocument, JSON.parse(body))
    return result.success ? result.output.error.code : null
  } catch {
    return null
  }
}
