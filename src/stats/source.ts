import type {ProjectFile} from '../protocol/project-file.ts'
import type {Duration, FeatureStats, Outcomes, Quality} from './model.ts'
import type {Span} from './span.ts'

/**
 * What a store can be asked, in few and aggregate questions, so that any database can answer them.
 *
 * A run belongs to the span of its start, if none is known of its end, if none is known of its first sign of life.
 * Features and unpaired events belong to their own time.
 */
export interface StatsSource {
  /** The project files as the collector had them last, by id. */
  projects(): Promise<readonly ProjectFile[]>
  /** All facts of one question, from one state of the store. A project without events has zeros. */
  facts(question: StatsQuestion): Promise<StatsFacts>
  /** Ends the reading. Questions asked after it are rejected. */
  close(): Promise<void>
}

export interface StatsQuestion {
  readonly project: string
  readonly range: Span
  /** The spans that `StatsFacts.spans` answers, at most some thousands. They may overlap. */
  readonly spans: readonly Span[]
  /** A run without an end is lost when its last sign of life is not after this. */
  readonly lostBeforeMs: number
  /** Names of the fields that are numbers, and of those that have values to be counted. */
  readonly numberFields: readonly string[]
  readonly valueFields: readonly string[]
}

export interface StatsFacts {
  /** One for each span that was asked, in the same order. */
  readonly spans: readonly SpanFacts[]
  /** How runs of the range ended: an exit code, or a signal and no code. In no order. */
  readonly exits: readonly {readonly exitCode: number | null; readonly signal: string | null; readonly runs: number}[]
  readonly features: readonly FeatureStats[]
  readonly versions: readonly NamedRuns[]
  readonly systems: readonly NamedRuns[]
  readonly numberFields: readonly NumberFieldFacts[]
  readonly valueFields: readonly ValueFieldFacts[]
  readonly quality: QualityFacts
}

export interface SpanFacts {
  readonly runs: number
  readonly ciRuns: number
  /** Different pseudonyms over runs and unpaired events, without those of CI. */
  readonly users: number
  readonly hosts: number
  readonly scripts: number
  readonly outcomes: Outcomes
  readonly duration: Duration
}

export interface NamedRuns {
  readonly name: string | null
  readonly runs: number
  readonly users: number
}

export interface NumberFieldFacts {
  readonly name: string
  readonly n: number
  readonly mean: number
  readonly median: number
  readonly max: number
}

export interface ValueFieldFacts {
  readonly name: string
  readonly value: string | boolean
  readonly runs: number
}

export interface QualityFacts {
  readonly duplicates: number
  readonly refused: number
  readonly unpaired: number
  readonly clamped: number
  readonly undeclaredFields: number
  readonly erased: Quality['erased']
  readonly datagrams: number
  readonly datagramsLost: number
  readonly datagramsUnknown: number
  readonly storeBytes: number
}
