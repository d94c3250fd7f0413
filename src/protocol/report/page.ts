/** A browser's request for a page, as a collector passes it to the pages that it serves. */
export interface PageRequest {
  /** The path of the address, still encoded. */
  readonly path: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Whether the request contains a read token for all projects. */
  readonly isReader: boolean
  /** The project that the read token of the request opens. Null: none, or all. */
  readonly readsProject?: string | null
  /** A share link, removed from the parameters: its token, and the project that it opens. */
  readonly share: {readonly token: string; readonly project: string} | null
  readonly ifNoneMatch: string | null
}

/** The answer to a browser. */
export interface PageAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
