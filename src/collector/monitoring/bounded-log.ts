import type {Log, LogFields} from './log.ts'

/** A log whose size is bounded, whatever happens. */
export interface BoundedLog extends Log {
  /** Writes the counts of the lines that were left out. */
  flush(): void
}

type Level = 'warn' | 'error'

interface Kind {
  readonly level: Level
  readonly message: string
  readonly fields: LogFields
  /** The lines since the last one that was written. */
  leftOut: number
}

/** Milliseconds in which a kind of line is written once, and then once more with the count of the others. */
const windowMs = 300_000
/** The most kinds in a window. Codes and names of projects are few: only a fault of this program reaches the bound. */
const maxKinds = 100
/** The fields that make two lines with the same message two kinds. */
const kindFields = ['code', 'project', 'by', 'name', 'route'] as const

/**
 * Bounds the lines of level warn and error. The first line of a kind is written immediately. The others of the next five
 * minutes become one line, with their number as `times`. So a flood of one kind costs two lines in five minutes, and all
 * kinds together at most 200. Lines of level info are rare by themselves, and pass.
 *
 * @param schedule calls a function after some milliseconds, without keeping the process alive
 */
export function boundLog(log: Log, schedule: (work: () => void, ms: number) => void = later): BoundedLog {
  let kinds = new Map<string, Kind>()

  function flush(): void {
    const ended = kinds
    kinds = new Map()
    for (const {level, message, fields, leftOut} of ended.values())
      if (leftOut > 0) log[level](message, {...withoutError(fields), times: leftOut, seconds: windowMs / 1_000})
  }

  function write(level: Level, message: string, fields: LogFields = {}): void {
    const key = [level, message, ...kindFields.map(name => String(fields[name] ?? ''))].join('\n')
    const known = kinds.get(key) ?? (kinds.size >= maxKinds ? overflow() : undefined)
    if (known !== undefined) {
      known.leftOut += timesOf(fields)
      return
    }
    if (kinds.size === 0) schedule(flush, windowMs)
    kinds.set(key, {level, message, fields, leftOut: 0})
    log[level](message, fields)
  }

  function overflow(): Kind {
    const other = kinds.get('') ?? {level: 'error', message: 'other problems', fields: {}, leftOut: 0}
    kinds.set('', other)
    return other
  }

  return {
    debug: (message, fields) => log.debug(message, fields),
    info: (message, fields) => log.info(message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    flush,
  }
}

const timesOf = ({times}: LogFields): number => (typeof times === 'number' ? times : 1)

/** The count repeats what is known, and not the stack. */
function withoutError({error, ...fields}: LogFields): LogFields {
  const {code} = (error ?? {}) as {readonly code?: unknown}
  return code === undefined ? fields : {code, ...fields}
}

const later = (work: () => void, ms: number): void => void setTimeout(work, ms).unref()
