/** All warnings of the review of a project file. docs/privacy.md explains each. */
export const reviewCodes = [
  'unknown-key',
  'many-fields',
  'personal-name',
  'empty-description',
  'wide-enum',
  'pattern-matches-text',
  'pattern-matches-email',
  'pattern-matches-path',
  'pattern-matches-host',
  'other-features-allowed',
  'ids-never-change',
  'long-retention',
  'no-more-info',
  'endpoint-not-encrypted',
] as const

/** A valid setting that a careful maintainer would review. */
export interface ReviewWarning {
  readonly code: (typeof reviewCodes)[number]
  /** Keys from the root; empty for the whole document. */
  readonly path: readonly string[]
  readonly message: string
  /** What to do. */
  readonly next: string
}
