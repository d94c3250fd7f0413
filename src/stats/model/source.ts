import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {Bounds} from './bounds.ts'
import type {StatsFilters} from './filters.ts'
import type {HeaderWord} from './header-words.ts'
import type {ClientReports, Duration, FeatureDurations, Quality} from './model.ts'
import type {Ending, Outcomes} from './outcomes.ts'
import type {Span} from './span.ts'

/**
 * The questions to a store. There are few, and the answers are aggregates, so that any database can answer them.
 *
 * A run belongs to the span that contains its start. If the start is unknown, its end counts, and if that is unknown,
 * its first sign of life. Features and unpaired events belong to the span of their own time.
 *
 * Filters on the header select runs by the header of the run, and features and unpaired events by their own header. A
 * filter on features selects only feature events: users and hosts are then those of the features, and facts about runs
 * are empty. A filter on a field selects only runs: facts about features, and about events without a run, are empty.
 */
export interface StatsSource {
  /** The latest project files of the collector, sorted by id. */
  projects(): Promise<readonly ProjectFile[]>
  /** All facts for one question, from one snapshot of the store. A project without events has zeros. */
  facts(question: StatsQuestion): Promise<StatsFacts>
  /** Closes the source. Later questions are rejected. */
  close(): Promise<void>
}

export interface StatsQuestion {
  readonly project: string
  /** Only `StatsFacts.spans` are needed. The other facts are then empty. Default: all are needed. */
  readonly only?: 'spans'
  readonly range: Span
  /** The spans of `StatsFacts.spans`, at most some thousands. They may overlap. */
  readonly spans: readonly AskedSpan[]
  /** The range in parts without gap or overlap. `StatsFacts.adoption` has the facts of each part. */
  readonly periods: readonly Span[]
  /** The spans of `StatsFacts.steps`, in order and without overlap. */
  readonly steps: readonly Step[]
  /** The rotation periods of all spans, in order and without gap: for pseudonyms that do not say their period. */
  readonly rotation: readonly RotationPeriod[]
  readonly filters: StatsFilters
  /** The span of `StatsFacts.firstRuns`, which begins with a month. Null if they are not needed. */
  readonly firstRuns: Span | null
  /** The time of `StatsFacts.versionUsers`. Null if they are not needed. */
  readonly versionUsers: VersionSpans | null
  /** A run without an end is lost if its last sign of life is not after this time. */
  readonly lostBeforeMs: number
  /** Names of the fields that are numbers, and of those whose values are counted. */
  readonly numberFields: readonly string[]
  readonly valueFields: readonly string[]
  /** The same of details of features. */
  readonly numberDetails: readonly string[]
  readonly valueDetails: readonly string[]
}

/** A span, and which of its facts are needed (default: all). The others are zero or null. */
export interface AskedSpan extends Span {
  /** `people`: runs and people. `outcomes`: also how runs ended. */
  readonly needs?: 'all' | 'people' | 'outcomes'
}

/** The time in which a person keeps one pseudonym. */
export interface RotationPeriod extends Span {
  /** The first day of the whole period, `YYYY-MM-DD`; empty if pseudonyms never change. */
  readonly period: string
}

/** A span for which the number of returning users is needed. */
export interface Step extends Span {
  /** The rotation part. Pseudonyms of different parts cannot be compared. */
  readonly part: number
}

export interface StatsFacts {
  /** One for each span of the question, in the same order. */
  readonly spans: readonly SpanFacts[]
  /** How runs of the range ended: an exit code, or a signal and no code. In any order. */
  readonly exits: readonly {readonly exitCode: number | null; readonly signal: string | null; readonly runs: number}[]
  /** How the runs of the range ended, by version. Null if totals of a part of the range do not contain it. */
  readonly versionEndings: readonly VersionEnding[] | null
  readonly features: readonly FeatureFacts[]
  /**
   * How the runs ended that used a feature in the range, by the version of the run: of the `maxFeatures` features with the
   * most runs. Null if single uses or runs of the range are purged.
   */
  readonly featureEndings: readonly FeatureEnding[] | null
  /** The details of the `maxFeatures` features with the most uses. Null if single uses of the range are purged. */
  readonly details: readonly DetailFacts[] | null
  /** Runs and users of the range by header value. */
  readonly named: NamedFacts
  /**
   * How many different people at least are behind the names of fewer than `minUsers` users, together: the most of one
   * rotation period. 0 if nobody knows.
   */
  readonly fewUsers: Readonly<Record<HeaderWord, number>>
  /**
   * Runs and users by version in each period. Versions without runs are absent. `period` is the index in the question.
   */
  readonly adoption: readonly (NamedRuns & {readonly period: number})[]
  /** The first run of each version in a span, whatever the filters. Versions with purged runs in the span are absent. */
  readonly firstRuns: readonly FirstRun[]
  /** The users of a month and of weeks by the versions that they ran. Purged runs are not counted. */
  readonly versionUsers: readonly VersionUsers[]
  /** One for each step with users. `step` is the index in the question. */
  readonly steps: readonly StepFacts[]
  readonly numberFields: readonly NumberFieldFacts[]
  readonly valueFields: readonly ValueFieldFacts[]
  /** The fields in each period of the question, in order. */
  readonly fieldPeriods: readonly Pick<StatsFacts, 'numberFields' | 'valueFields'>[]
  readonly quality: QualityFacts
  /** When the first run or event of the project happened, of all times; null without any. */
  readonly sinceMs: number | null
}

/** A month, and weeks: parts of seven days. */
export interface VersionSpans {
  readonly month: Span | null
  /** A whole number of weeks; may be none. */
  readonly weeks: Span
}

/** Users who ran exactly these versions. */
export interface VersionUsers {
  /** The number of the week, from 0; -1: the month. */
  readonly place: number
  /** In any order, each once. */
  readonly versions: readonly (string | null)[]
  /** Different pseudonyms, without CI. */
  readonly users: number
}

/** Runs of one version that ended in one way. */
export interface VersionEnding extends Ending {
  readonly version: string | null
}

/** The most features whose runs are counted by how they ended. */
export const maxFeatures = 100

/** Runs of one version that used a feature and ended in one way. */
export interface FeatureEnding extends VersionEnding {
  readonly type: string
  readonly name: string
}

/** The uses of a feature with one value of a detail. */
export interface DetailFacts extends WithoutUser {
  readonly type: string
  readonly name: string
  readonly detail: string
  /** Null: any number. */
  readonly value: string | boolean | null
  readonly count: number
  readonly users: Bounds
  /** Over the events with a number. Null if the values are no numbers. */
  readonly numbers: {readonly mean: number; readonly median: number; readonly max: number} | null
}

export interface SpanFacts extends WithoutUser {
  readonly runs: number
  readonly ciRuns: number
  /** Different pseudonyms of runs and unpaired events, without CI. */
  readonly users: Bounds
  readonly hosts: Bounds
  /** Those whose runs and unpaired events began on at least two UTC days of the span. */
  readonly usersOnSeveralDays: Bounds
  readonly hostsOnSeveralDays: Bounds
  /**
   * Users all of whose runs and unpaired events were by coding agents, and in homes with a new secret. Only of the
   * range; zero in other spans.
   */
  readonly usersOnlyAgents: Bounds
  readonly usersOnlyNewHomes: Bounds
  readonly scripts: Bounds
  /** The other runs, or uses, without CI: they say who. */
  readonly usesWithUser: number
  /** Like `usesWithoutUser`, for hosts. */
  readonly usesWithoutHost: number
  readonly outcomes: Outcomes
  readonly duration: Duration
  /** The histogram of the durations, encoded: only where it is needed to add up parts. */
  readonly durations?: string
  /** The span cuts a month of which only totals are stored: the other values are meaningless. */
  readonly isUnknown?: true
}

/** Uses of people whose reports do not say who they are. Nobody knows how many people they are. */
export interface WithoutUser {
  /** Runs without a user and without CI. With a filter on features, and for a feature, uses of features. */
  readonly usesWithoutUser: number
  /** UTC days with such a use. */
  readonly daysWithoutUser: number
}

/** The uses of one feature. */
export interface FeatureFacts extends WithoutUser, FeatureDurations {
  readonly type: string
  readonly name: string
  readonly count: number
  readonly internalCount: number
  /** Null if only totals of several parts of the range are stored. */
  readonly runs: number | null
  readonly users: Bounds
  readonly meanSeconds: number | null
}

export type NamedFacts = Readonly<Record<HeaderWord, readonly NamedRuns[]>>

export interface FirstRun {
  readonly version: string
  readonly atMs: number
}

export interface StepFacts {
  readonly step: number
  /** Null if their pseudonyms are of several rotation periods. */
  readonly users: number | null
  /**
   * Users seen in an earlier step of the same part, and in the step directly before. Null if only totals are stored, or if
   * the pseudonyms there are of another rotation period.
   */
  readonly seenBefore: number | null
  readonly seenJustBefore: number | null
}

export interface NamedRuns extends WithoutUser {
  readonly name: string | null
  readonly runs: number
  readonly users: Bounds
}

export interface NumberFieldFacts {
  readonly name: string
  readonly n: number
  readonly mean: number
  /** Null if only totals of several parts of the span are stored. */
  readonly median: number | null
  readonly max: number
}

/** The runs in which a field has a value. Of fields that are numbers, and again of all others, `null` is any value. */
export interface ValueFieldFacts extends Omit<NamedRuns, 'name'> {
  readonly name: string
  readonly value: string | boolean | null
}

/** A table of the store. */
export interface TableSize {
  readonly name: string
  /** On disk, with its indexes. */
  readonly bytes: number
  readonly rows: number
}

export interface QualityFacts {
  /** The programs that sent the reports of the days of the range, in any order. */
  readonly clients: readonly ClientReports[]
  /** Null if the store does not know. */
  readonly duplicates: number | null
  readonly refused: number
  readonly unpaired: number
  readonly clamped: number
  readonly wrongPeriods: number
  readonly undeclaredFields: number
  readonly folded: number
  readonly beyondBudget: number
  readonly pending: number
  readonly erased: NonNullable<Quality['erased']>
  readonly datagrams: number
  readonly datagramsLost: number
  readonly datagramsUnknown: number
  /** When the last report of the project was received, of all times, exact to the minute. Null if unknown. */
  readonly lastReportMs: number | null
  /** Single uses of features are stored from this instant on, totals before it. Null if all are stored. */
  readonly featuresSinceMs: number | null
  /** The same for runs, for ends without a run, and for their pseudonyms. */
  readonly runsSinceMs: number | null
  readonly storeBytes: number
  /** Free bytes of the file system; null if unknown. */
  readonly freeBytes: number | null
  /** The tables of the whole store at the last measurement, the largest first; null before the first. */
  readonly tables: readonly TableSize[] | null
  /** The size of the store on two days, `YYYY-MM-DD`, at most 90 days apart; null if unknown. */
  readonly growth: {
    readonly fromDay: string
    readonly fromBytes: number
    readonly toDay: string
    readonly toBytes: number
  } | null
}
