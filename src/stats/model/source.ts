import type {ProjectFile} from '../../protocol/project-file.ts'
import type {StatsFilters} from './filters.ts'
import type {HeaderWord} from './header-words.ts'
import type {Duration, FeatureStats, Outcomes, Quality} from './model.ts'
import type {Span} from './span.ts'

/**
 * What a store can be asked, in few and aggregate questions, so that any database can answer them.
 *
 * A run belongs to the span of its start, if none is known of its end, if none is known of its first sign of life.
 * Features and unpaired events belong to their own time.
 *
 * Filters on the header select runs by the header of the run, features and unpaired events by their own. A filter on
 * features selects feature events alone: then users and hosts are those of the features, and whatever is asked of runs
 * is answered with nothing.
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
  readonly spans: readonly AskedSpan[]
  /** The range in parts without gap or overlap: `StatsFacts.named` is of all, `StatsFacts.adoption` of each. */
  readonly periods: readonly Span[]
  /** Spans without overlap, in order, that `StatsFacts.steps` answers. */
  readonly steps: readonly Step[]
  readonly filters: StatsFilters
  /** A run without an end is lost when its last sign of life is not after this. */
  readonly lostBeforeMs: number
  /** Names of the fields that are numbers, and of those that have values to be counted. */
  readonly numberFields: readonly string[]
  readonly valueFields: readonly string[]
}

/** A span, and what of its facts is needed: the others are zeros and nulls. All are if nothing is said. */
export interface AskedSpan extends Span {
  /** `unique`: runs, people and scripts. `people`: runs and people. */
  readonly needs?: 'all' | 'unique' | 'people'
}

/** A span in which it is asked who is seen again. */
export interface Step extends Span {
  /** Pseudonyms of different parts are never the same person's. */
  readonly part: number
}

export interface StatsFacts {
  /** One for each span that was asked, in the same order. */
  readonly spans: readonly SpanFacts[]
  /** How runs of the range ended: an exit code, or a signal and no code. In no order. */
  readonly exits: readonly {readonly exitCode: number | null; readonly signal: string | null; readonly runs: number}[]
  readonly features: readonly FeatureStats[]
  /** Runs and users of the range by what their header says. */
  readonly named: NamedFacts
  /** Runs and users by version in each period, without those that have none. `period` is the place in the question. */
  readonly adoption: readonly (NamedRuns & {readonly period: number})[]
  /** One for each step that has users. `step` is its place in the question. */
  readonly steps: readonly StepFacts[]
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
  /** Those of them whose runs and unpaired events began on at least two UTC days of the span. */
  readonly usersOnSeveralDays: number
  readonly hostsOnSeveralDays: number
  readonly scripts: number
  readonly outcomes: Outcomes
  readonly duration: Duration
  /**
   * Where only totals of parts of the span are kept, these parts: what is said of different ones is then the sum over
   * them, which is the most that there can be.
   */
  readonly parts?: readonly SpanFacts[]
  /** The span cuts a month of which only totals are kept: nothing else that is said of it is true. */
  readonly isUnknown?: true
}

export type NamedFacts = Readonly<Record<HeaderWord, readonly NamedRuns[]>>

export interface StepFacts {
  readonly step: number
  readonly users: number | null
  /** Users also seen in an earlier step of the same part, and in the one right before. Null where the runs are gone. */
  readonly seenBefore: number | null
  readonly seenJustBefore: number | null
}

export interface NamedRuns {
  readonly name: string | null
  readonly runs: number
  /** Null where only totals are kept of several parts of the span. */
  readonly users: number | null
}

export interface NumberFieldFacts {
  readonly name: string
  readonly n: number
  readonly mean: number
  /** Null where only totals are kept of several parts of the span. */
  readonly median: number | null
  readonly max: number
}

export interface ValueFieldFacts {
  readonly name: string
  readonly value: string | boolean
  readonly runs: number
}

/** A table of the store. */
export interface TableSize {
  readonly name: string
  /** On disk, with its indexes. */
  readonly bytes: number
  readonly rows: number
}

export interface QualityFacts {
  readonly duplicates: number
  readonly refused: number
  readonly unpaired: number
  readonly clamped: number
  readonly undeclaredFields: number
  readonly erased: NonNullable<Quality['erased']>
  readonly datagrams: number
  readonly datagramsLost: number
  readonly datagramsUnknown: number
  /** Before this instant single uses of features are gone and only totals are known; null while none are. */
  readonly featuresSinceMs: number | null
  /** The same of runs, ends without a run, and who they were of. */
  readonly runsSinceMs: number | null
  readonly storeBytes: number
  /** Bytes that the file system has room for; null where it does not say. */
  readonly freeBytes: number | null
  /** As they were when they were last measured, the largest first; null while none was. Of the whole store. */
  readonly tables: readonly TableSize[] | null
  /** The size of the store on two days, `YYYY-MM-DD`, at most ninety days apart; null while none is known. */
  readonly growth: {
    readonly fromDay: string
    readonly fromBytes: number
    readonly toDay: string
    readonly toBytes: number
  } | null
}
