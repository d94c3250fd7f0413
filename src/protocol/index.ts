/** The public protocol: reports, buffered events, project files and their limits. Pure; no effect at import. */
export {type Answer, parseAnswer} from './answer.ts'
export {
  type BufferedEvent,
  encodeBufferFile,
  type LocalBlock,
  type ParsedBufferFile,
  parseBufferFile,
} from './buffered-event.ts'
export type {Declaration, Declarations} from './declaration.ts'
export {type ErasureReceipt, type ErasureRequest, parseErasureReceipt} from './erasure.ts'
export type {EndEvent, Event, FeatureEvent, StartEvent} from './event.ts'
export type {Header, OperatingSystem, ProgramHeader} from './header.ts'
export {limits} from './limits.ts'
export {formatPath, formatProblem, type Parsed, type Problem} from './problem.ts'
export {collectionVersion, type ProjectFile, parseProjectFile} from './project-file.ts'
export {
  type ParsedReport,
  parseReport,
  protocolVersion,
  type Rejection,
  type RejectionCode,
  type Report,
} from './report.ts'
export type {FieldValue, FieldValues} from './scalars.ts'
export type {Timings} from './timings.ts'
export {makeUuidV7} from './uuid.ts'
