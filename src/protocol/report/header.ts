import * as v from 'valibot'
import {day, pseudonym, text} from '../values/scalars.ts'

/** The operating system. `readable` is the name for people, such as `Debian GNU/Linux 12 (bookworm)`. */
export const operatingSystem = v.object({
  name: v.nullish(text(64), null),
  version: v.nullish(text(128), null),
  arch: v.nullish(text(32), null),
  readable: v.nullish(text(128), null),
})

/** The program and its environment: everything in a header except the pseudonyms. */
export const programHeader = v.object({
  application: v.nullish(text(128), null),
  version: v.nullish(text(64), null),
  commit: v.nullish(text(64), null),
  component: v.nullish(text(128), null),
  os: v.nullish(operatingSystem, null),
  ci: v.nullish(text(64), null),
  /** The coding agent that ran the program, such as `claude`. */
  agent: v.nullish(text(32), null),
  scheduler: v.nullish(text(32), null),
})

/** The values that all events of a report share. */
export const header = v.object({
  user: v.nullish(pseudonym, null),
  host: v.nullish(pseudonym, null),
  ...programHeader.entries,
  /** The first day of the period for which the pseudonyms were made: see `rotationPeriod`. */
  period: v.nullish(day, null),
  /** Whether the secret of the pseudonyms was made during the run: in an empty home, or by a new user. */
  isNewSecret: v.nullish(v.boolean(), false),
})

export type OperatingSystem = Readonly<v.InferOutput<typeof operatingSystem>>
export type ProgramHeader = Readonly<v.InferOutput<typeof programHeader>>
export type Header = Readonly<v.InferOutput<typeof header>>
