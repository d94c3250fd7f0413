import {readers} from './read-values.ts'
import type {Said} from './say-event.ts'

type Kind = 'boolean' | 'text' | 'pairs' | keyof typeof readers

const shared = {'project-file': 'text', project: 'text'} as const

/** The flags that the fast lane reads. What stands in no table here is left to the slow lane. */
export const fastFlags: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  start: {
    ...shared,
    script: 'text',
    application: 'text',
    'app-version': 'text',
    commit: 'text',
    component: 'text',
    field: 'pairs',
    'print-id': 'boolean',
  },
  end: {...shared, run: 'run', 'exit-code': 'exitCode', signal: 'signal', field: 'pairs'},
  feature: {
    ...shared,
    type: 'text',
    started: 'started',
    duration: 'seconds',
    count: 'count',
    internal: 'boolean',
    detail: 'pairs',
    run: 'run',
  },
}

/**
 * Reads a plain command line. Null: something in it is not plain (unknown, repeated, `--`, a value that begins with `-`
 * or is wrong), and the slow lane says what.
 */
export function readFast(command: string, args: readonly string[]): {said: Said; names: string[]} | null {
  const table = Object.hasOwn(fastFlags, command) ? fastFlags[command]! : {}
  const said: Record<string, string | boolean | string[]> = {}
  const names: string[] = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!
    if (!arg.startsWith('-')) {
      names.push(arg)
      continue
    }
    const equals = arg.indexOf('=')
    const flag = arg.slice(2, equals === -1 ? undefined : equals)
    const kind = arg.startsWith('--') && Object.hasOwn(table, flag) ? table[flag] : undefined
    if (kind === undefined || (said[flag] !== undefined && kind !== 'pairs')) return null
    if (kind === 'boolean') {
      if (equals !== -1) return null
      said[flag] = true
      continue
    }
    const value = equals === -1 ? args[++index] : arg.slice(equals + 1)
    if (value === undefined || value.startsWith('-') || (equals !== -1 && value === '')) return null
    // oclif takes what follows a repeatable flag for more of its values.
    if (kind === 'pairs' && args[index + 1]?.startsWith('-') === false) return null
    if (kind === 'pairs') said[flag] = [...((said[flag] as string[] | undefined) ?? []), value]
    else said[flag] = kind === 'text' ? value : readers[kind](value)
  }
  const wanted = command === 'feature' ? 1 : 0
  return names.length === wanted && names[0] !== '' ? {said, names} : null
}
