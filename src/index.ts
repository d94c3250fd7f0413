/**
 * The library door: count the use of a program from within it.
 *
 * Importing it loads neither the command line nor the network: what `flush` needs is loaded when it is called.
 */

export {type ProjectFile, parseProjectFile} from './protocol/project-file.ts'
export type {FieldValue, FieldValues} from './protocol/scalars.ts'
export type {Consent, ConsentReason} from './reporter/consent.ts'
export type {DestinationFlush, FlushOutcome} from './reporter/flush.ts'
export {createLibraryReporter as createReporter, type LibraryReporter as Reporter} from './reporter/library-reporter.ts'
export type {ProgramReporterOptions as ReporterOptions} from './reporter/program-options.ts'
export type {CloseOutcome, Declined, DeclineReason, Silent} from './reporter/program-outcomes.ts'
export type {FeatureOutcome} from './reporter/program-queue.ts'
export type {EndInput, FeatureInput, RecordOutcome, StartInput, Warning} from './reporter/record.ts'
export type {World} from './reporter/world.ts'
