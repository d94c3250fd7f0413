import * as v from 'valibot'

/** The collector's answer to a report: given only after the accepted events are on disk. */
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
})
export type Answer = Readonly<v.InferOutput<typeof answer>>

/** Reads an answer, or says `null`: whatever else a proxy puts in its place confirms nothing. */
export function parseAnswer(body: string): Answer | null {
  try {
    const result = v.safeParse(answer, JSON.parse(body))
    return result.success ? result.output : null
  } catch {
    return null
  }
}
