/** The links of the chain, in the order in which they are shown. */
export type Check =
  | 'versions'
  | 'state'
  | 'settings'
  | 'disk'
  | 'certificates'
  | 'project-file'
  | 'consent'
  | 'waiting'
  | 'delivery'
  | 'sender'
  | 'endpoint'
  | 'proxy'
  | 'dns'
  | 'tcp'
  | 'tls'
  | 'clock'
  | 'round-trip'
  | 'ready'
  | 'datagrams'
  | 'folder'

/** What was found about one link. */
export interface Finding {
  readonly check: Check
  /** The id of the project; null for this machine, or for an endpoint without a project. */
  readonly project: string | null
  readonly status: 'ok' | 'warning' | 'problem'
  /** Sentences. */
  readonly what: string
  /** What to do, or null if nothing is to do. */
  readonly next: string | null
}

export const ok = (check: Check, what: string, next: string | null = null): Finding => ({
  check,
  project: null,
  status: 'ok',
  what,
  next,
})

export const warning = (check: Check, what: string, next: string): Finding => ({
  check,
  project: null,
  status: 'warning',
  what,
  next,
})

export const problem = (check: Check, what: string, next: string): Finding => ({
  check,
  project: null,
  status: 'problem',
  what,
  next,
})

/** Links outside this machine: a problem there is the exit code 3. */
const outside: readonly Check[] = ['proxy', 'dns', 'tcp', 'tls', 'round-trip', 'ready', 'folder']

/** The exit code: 3 if a collector refused or could not be reached, 2 for a wrong project file, 1 for this machine, else 0. */
export function exitCodeOf(findings: readonly Finding[]): 0 | 1 | 2 | 3 {
  const problems = findings.filter(({status}) => status === 'problem')
  if (problems.some(({check}) => outside.includes(check))) return 3
  if (problems.some(({check}) => check === 'project-file')) return 2
  return problems.length > 0 ? 1 : 0
}

/** The message of an error, for a finding. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
