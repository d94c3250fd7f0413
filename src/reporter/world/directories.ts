import {homedir} from 'node:os'
import {isAbsolute, join} from 'node:path'
import type {Environment} from './environment.ts'
import {inside} from './files.ts'

/** A folder of the person that cannot be found, and why. */
export interface LostFolder {
  readonly folder: 'state' | 'settings'
  /** The variable to blame: `HOME`, or one that names the folder. */
  readonly variable: string
  /** What is wrong with its value: a sentence. */
  readonly problem: string
  /** Whether the value is no UTF-8, so that another text stands in its place. */
  readonly isOtherText: boolean
}

/** Where a folder is. If it is lost, the path is one below which nothing is and nothing can be created. */
export interface FoundFolder {
  readonly path: string
  readonly lost: LostFolder | null
}

/** The way to one folder: the variables that name it, and its place in the home on Linux, macOS and Windows. */
interface Way {
  readonly folder: LostFolder['folder']
  readonly own: string
  readonly xdg: string
  readonly below: readonly string[]
  readonly mac: string
  readonly windows: string
}

const ways: Readonly<Record<LostFolder['folder'], Way>> = {
  state: {
    folder: 'state',
    own: 'USAGE_STATE_DIR',
    xdg: 'XDG_STATE_HOME',
    below: ['.local', 'state'],
    mac: 'Application Support',
    windows: 'LOCALAPPDATA',
  },
  settings: {
    folder: 'settings',
    own: 'USAGE_CONFIG_DIR',
    xdg: 'XDG_CONFIG_HOME',
    below: ['.config'],
    mac: 'Preferences',
    windows: 'APPDATA',
  },
}

/**
 * Finds where events wait, or where the person's decisions are: our own variable, else the platform's own place.
 *
 * Only an absolute path names a folder: with another one, a decision in one working directory would not hold in the next.
 * A relative value of an XDG variable is ignored, as the XDG specification demands. A path that is no UTF-8 is lost too:
 * Node.js shows another text in its place, and a second folder must not come into being. Never throws.
 */
export function findFolder(environment: Environment, name: LostFolder['folder']): FoundFolder {
  const way = ways[name]
  const own = environment[way.own]
  if (own) return check(way, way.own, own, own)
  const xdg = environment[way.xdg]
  if (xdg !== undefined && isAbsolute(xdg)) return check(way, way.xdg, xdg, join(xdg, 'usage'))
  const windows = environment[way.windows]
  if (process.platform === 'win32' && windows) return check(way, way.windows, windows, join(windows, 'usage'))
  const home = environment['HOME'] ?? homeOfAccount()
  return check(way, 'HOME', home, inHome(way, home))
}

function inHome({below, mac}: Way, home: string): string {
  if (process.platform === 'win32') return join(home, 'usage')
  if (process.platform === 'darwin') return join(home, 'Library', mac, 'usage')
  return join(home, ...below, 'usage')
}

function check({folder}: Way, variable: string, value: string, path: string): FoundFolder {
  const isOtherText = value.includes('\ufffd')
  if (isAbsolute(value) && !isOtherText) return {path, lost: null}
  const rule = isOtherText ? 'a path in UTF-8' : 'an absolute path'
  const problem = `${variable} must be ${rule}, got ${JSON.stringify(value)}.`
  return {path: nowhere, lost: {folder, variable, problem, isOtherText}}
}

/** Below a device there is nothing, and nothing can be created. */
const nowhere = process.platform === 'win32' ? '\\\\.\\NUL\\usage' : '/dev/null/usage'

/** The home by the list of accounts, for an environment without HOME. Empty for an account that is not listed. */
function homeOfAccount(): string {
  try {
    return homedir()
  } catch {
    return ''
  }
}

/** The file whose presence opts out of every project. */
export const userOptOutPath = (configDirectory: string): string => inside(configDirectory, 'optout')
/** The file whose presence opts out of one project. */
export const projectOptOutPath = (configDirectory: string, project: string): string =>
  inside(configDirectory, 'optout.d', project)
