import type {HeaderColumn} from '../../protocol/report/header-columns.ts'

/** The pages of answers. `question` is the head of every page. */
export type AnswerPageName = 'question' | 'overview' | 'features' | 'versions' | 'outcomes' | 'quality'

/**
 * The description of one answer. If `needs`, `report` and `isPublic` are absent, no filter matters and only readers
 * with a token see it.
 */
export interface AnswerRow {
  /** The key in `Stats`, and the name of the section in tables and addresses. */
  readonly key: string
  /** The heading wherever the answer is shown. */
  readonly title: string
  /** One sentence for `docs/stats.md`, in Markdown. */
  readonly meaning: string
  /**
   * Columns of its table. With `span`, the first row is the whole range and a row follows for each period. Otherwise
   * each item of the answer is a row, unless `write/table-rows.ts` has a function for the answer.
   */
  readonly columns: readonly string[]
  /** `runs`: a filter on features leaves no answer. `names`: a filter on the type of features does. */
  readonly needs?: 'runs' | 'names'
  /** The dashboard page that shows it. */
  readonly page: AnswerPageName
  /** The answer whose figure shows it; its own figure if absent. */
  readonly within?: string
  /** The key in `Stats` that contains it, if it has none of its own. */
  readonly partOf?: string
  /** The part in a report to share: `periods` or `rows` with at least five users, or all of it. Absent: none. */
  readonly report?: 'periods' | 'rows' | 'whole'
  /** Whether the public may see its rows with at least five users in one month. */
  readonly isPublic?: true
  readonly breakdown?: Breakdown
}

/** Runs and users by one value of the header, the word. It is the first column of the answer. */
export interface Breakdown {
  /** The name of the word in the facts of a store. Totals are stored under this name, so it never changes. */
  readonly word: string
  /** The column of the header that contains the word. */
  readonly column: HeaderColumn
  /** The noun for one of the names, for example `operating system`. */
  readonly noun: string
  /** The text for runs that reported no name; default: `unknown`. */
  readonly unknown?: string
  /** The text for people instead of a name. Default: the name. JSON and CSV have the name. */
  readonly shown?: (name: string) => string
  /** The colour of the bars. */
  readonly tone: 'blue' | 'orange' | 'green' | 'purple' | 'teal' | 'gold' | 'grey'
  /** Hides a list of one row on the terminal page: always (`any`), or if its name is unknown. */
  readonly hideSingle?: 'any' | 'unknown'
}
