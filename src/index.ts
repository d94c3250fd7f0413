/**
 * The door of the library: count a Node.js program from within.
 *
 * Importing it loads neither the command line nor the network. `flush` loads what it needs when it is called.
 */

export type {ErrorCode} from './errors.ts'
export {type ProjectFile, parseProjectFile} from './protocol/project/project-file.ts'
export type {Parsed, Problem} from './protocol/values/problem.ts'
export type {FieldValue, FieldValues} from './protocol/values/scalars.ts'
export type {Consent, ConsentReason} from './reporter/consent/consent.ts'
export type {DestinationFlush, FlushOutcome} from './reporter/person/flush.ts'
export {
  createLibraryReporter as createReporter,
  type LibraryReporter as Reporter,
} from './reporter/program/library-reporter.ts'
export type {ProgramReporterOptions as ReporterOptions} from './reporter/program/program-options.ts'
export type {CloseOutcome, Declined, DeclineReason, Silent} from './reporter/program/program-outcomes.ts'
export type {FeatureOutcome} from './reporter/program/program-queue.ts'
export type {Warning} from './reporter/record/fit-values.ts'
export type {EndInput, FeatureInput, RecordOutcome, StartInput} from './reporter/record/record.ts'
export type {DeliveryReason} from './reporter/sender/deliver.ts'
export type {SendRequest, SendResult, Transport} from './reporter/transports/transport.ts'
export type {World} from './reporter/world/world.ts'
