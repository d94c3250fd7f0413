import type {HeaderColumn} from '../../protocol/header-columns.ts'

/** The pages on which answers stand. `question` is the head of every page. */
export type AnswerPageName = 'question' | 'overview' | 'features' | 'versions' | 'outcomes' | 'quality'

/** What there is to know about one answer. Absent means the careful choice: no filter matters, nobody else sees it. */
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
  /**
   * What a report to share contains of it: the periods or the rows of enough users, or all of it. Absent: nothing.
   */
  readonly report?: 'periods' | 'rows' | 'whole'
  /** Whether everybody may see the rows of enough users in one month. */
  readonly isPublic?: true
  readonly breakdown?: Breakdown
}

/** Runs and users by one word of the header. The first column of the answer has the word. */
export interface Breakdown {
  /** The name of the word among the facts of a store. Totals are stored under it: it never changes. */
  readonly word: string
  /** The column of the header that contains the word. */
  readonly column: HeaderColumn
  /** What one of the names is, for example `operating system`. */
  readonly noun: string
  /** What is shown where a run reported no name; `unknown` if absent. */
  readonly unknown?: string
  /** The colour of the bars. */
  readonly tone: 'blue' | 'orange' | 'green' | 'purple' | 'teal' | 'gold' | 'grey'
  /** Leaves a list of one row out of the terminal page: always, or where its name is unknown. */
  readonly hideSingle?: 'any' | 'unknown'
}
