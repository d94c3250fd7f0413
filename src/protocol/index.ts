/**
 * Room `index`: the public protocol, for programs that write, send or read reports themselves.
 *
 * It has reports, buffered events, answers, erasures, project files and their limits. `parseReport` and the other readers
 * return what they read or a list of problems, and throw nothing. All is pure: importing it has no effect, and nothing
 * here reads a disk, a clock or a network.
 */

export type {Timings} from './durations/timings.ts'
export type {Declaration, Declarations} from './project/declaration.ts'
export {collectionVersion, type ProjectFile, parseProjectFile} from './project/project-file.ts'
export {type Answer, parseAnswer} from './report/answer.ts'
export {
  type BufferedEvent,
  encodeBufferFile,
  type LocalBlock,
  type ParsedBufferFile,
  parseBufferFile,
} from './report/buffered-event.ts'
export {type ErasureReceipt, type ErasureRequest, parseErasureReceipt} from './report/erasure.ts'
export type {EndEvent, Event, FeatureEvent, StartEvent} from './report/event.ts'
export type {Header, OperatingSystem, ProgramHeader} from './report/header.ts'
export {
  type ParsedReport,
  parseReport,
  protocolVersion,
  type Rejection,
  type RejectionCode,
  type Report,
} from './report/report.ts'
export {limits} from './values/limits.ts'
export {formatPath, formatProblem, type Parsed, type Problem} from './values/problem.ts'
export type {FieldValue, FieldValues} from './values/scalars.ts'
export {makeUuidV7} from './values/uuid.ts'
