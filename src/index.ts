/**
 * The library door: count the use of a program from within it.
 *
 * Importing it loads neither the command line nor the network: what `flush` needs is loaded when it is called.
 */

export {type ProjectFile, parseProjectFile} from './protocol/project-file.ts'
export type {Consent, ConsentReason} from './reporter/consent.ts'
export type {DestinationFlush, FlushOutcome} from './reporter/flush.ts'
export type {EndInput, FeatureInput, RecordOutcome, StartInput, Warning} from './reporter/record.ts'
export {createReporter, type Reporter, type ReporterOptions} from './reporter/reporter.ts'
export type {World} from './reporter/world.ts'
