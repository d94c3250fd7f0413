export type Cell = string | number | boolean | null

/** One answer as a table. Cells are not escaped: each format does it. */
export interface Table {
  /** The key of the answer in the registry of answers. */
  readonly section: string
  readonly title: string
  /** Names of the columns. `docs/stats.md` explains them. */
  readonly columns: readonly string[]
  /** Null if a filter makes the answer impossible; empty if there is no data. */
  readonly rows: readonly (readonly Cell[])[] | null
}
