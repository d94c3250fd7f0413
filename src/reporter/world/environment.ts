/** The environment variables of a process, as the reporter sees them. */
export type Environment = Readonly<Record<string, string | undefined>>
