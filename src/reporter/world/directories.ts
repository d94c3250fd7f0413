import {homedir} from 'node:os'
import {isAbsolute, join, resolve} from 'node:path'
import type {Environment} from './environment.ts'
import {inside} from './files.ts'

/**
 * Where events wait: `USAGE_STATE_DIR`, else the platform's own place for state.
 * Relative values of XDG variables are ignored, as the XDG specification demands.
 */
export function stateDirectoryOf(environment: Environment): string {
  return (
    resolved(environment['USAGE_STATE_DIR']) ??
    platformDirectory(environment, 'XDG_STATE_HOME', ['.local', 'state'], 'LOCALAPPDATA')
  )
}

/** Where the person's decisions are: `USAGE_CONFIG_DIR`, else the platform's own place for settings. */
export function configDirectoryOf(environment: Environment): string {
  return (
    resolved(environment['USAGE_CONFIG_DIR']) ??
    platformDirectory(environment, 'XDG_CONFIG_HOME', ['.config'], 'APPDATA')
  )
}

function platformDirectory(environment: Environment, xdg: string, below: string[], windows: string): string {
  const home = absolute(environment['HOME']) ?? homedir()
  const xdgDirectory = absolute(environment[xdg])
  if (xdgDirectory !== null) return join(xdgDirectory, 'usage')
  if (process.platform === 'win32') return join(environment[windows] ?? home, 'usage')
  if (process.platform === 'darwin')
    return join(home, 'Library', xdg === 'XDG_CONFIG_HOME' ? 'Preferences' : 'Application Support', 'usage')
  return join(home, ...below, 'usage')
}

/** The user sets our own variables on purpose: they may be relative to the working directory. */
const resolved = (path: string | undefined): string | null => (path ? resolve(path) : null)

const absolute = (path: string | undefined): string | null => (path !== undefined && isAbsolute(path) ? path : null)

/** The file whose presence opts out of every project. */
export const userOptOutPath = (configDirectory: string): string => inside(configDirectory, 'optout')
/** The file whose presence opts out of one project. */
export const projectOptOutPath = (configDirectory: string, project: string): string =>
  inside(configDirectory, 'optout.d', project)
