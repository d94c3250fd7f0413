export type Cell = string | number | boolean | null

/** One answer as a table: a row says one thing, a column has one meaning. Cells are raw: every format escapes them. */
export interface Table {
  /** The key of the answer in the registry of answers. */
  readonly section: string
  readonly title: string
  /** Names of the columns: keys of `docs/stats.md`. */
  readonly columns: readonly string[]
  /** Null where a filter leaves no answer; empty where there is nothing. */
  readonly rows: readonly (readonly Cell[])[] | null
}
