import {readFileSync, readlinkSync} from 'node:fs'
import {basename} from 'node:path'
import type {Environment} from './environment.ts'

/** One process: a pid alone is used again by others, so its start time belongs to it. */
export interface Caller {
  readonly pid: number
  /** Start in clock ticks since boot; null where the system does not say it. */
  readonly startTime: string | null
  readonly isSessionLeader: boolean
}

/** Where a process runs and who called it, nearest first: itself, its parent, its grandparent … */
export interface Processes {
  readonly bootId: string | null
  readonly pidNamespace: string | null
  readonly callers: readonly Caller[]
}

const maxChainLength = 64

/**
 * Reads the chain of callers of a process from /proc; where there is none, the process and its parent.
 *
 * When an older Node started this one for a clone (`USAGE_LAUNCHER_PID`), the launcher counts as the process itself.
 */
export function readProcesses(pid: number, environment: Environment): Processes {
  const callers = readChain(pid)
  const isLaunched = callers.length > 1 && environment['USAGE_LAUNCHER_PID'] === String(callers[1]!.pid)
  return {
    bootId: readLine('/proc/sys/kernel/random/boot_id'),
    pidNamespace: readLink('/proc/self/ns/pid'),
    callers: isLaunched ? callers.slice(1) : callers,
  }
}

function readChain(pid: number): Caller[] {
  const callers: Caller[] = []
  for (let next = pid; next > 0 && callers.length < maxChainLength; ) {
    const stat = readStat(next)
    if (stat === null) break
    callers.push({pid: next, startTime: stat.startTime, isSessionLeader: stat.session === next})
    next = stat.parent
  }
  if (callers.length > 0) return callers
  return [pid, process.ppid].map(id => ({pid: id, startTime: null, isSessionLeader: false}))
}

/** Fields 4 (parent), 6 (session) and 22 (start time) of /proc/<pid>/stat; the name in field 2 may hold anything. */
function readStat(pid: number): {parent: number; session: number; startTime: string} | null {
  const line = readLine(`/proc/${pid}/stat`)
  if (line === null) return null
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return {parent: Number(fields[1]), session: Number(fields[3]), startTime: fields[19] ?? ''}
}

function readLine(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}

function readLink(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

const shells = [
  'sh',
  'ash',
  'dash',
  'bash',
  'rbash',
  'zsh',
  'ksh',
  'ksh93',
  'mksh',
  'lksh',
  'yash',
  'fish',
  'tcsh',
  'csh',
]

/**
 * Whether a process is a shell by the name that it was called by: a script with `#!/bin/sh` has the shell's. False where the
 * system does not say it.
 */
export function isShell(pid: number): boolean {
  const [first = '', second = ''] = (readLine(`/proc/${pid}/cmdline`) ?? '').split('\0').map(word => basename(word))
  return shells.includes((first === 'busybox' ? second : first).replace(/^-/, ''))
}
