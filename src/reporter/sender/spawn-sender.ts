import type {SpawnOptions} from 'node:child_process'
import {basename, extname, join} from 'node:path'
import {askConsent} from '../consent/consent-facts.ts'
import {type Destination, rememberProject} from '../destination/destination.ts'
import {hasWaiting} from '../destination/empty-buffer.ts'
import {mustWait, readNextTry} from '../destination/next-try.ts'
import {isForgetPending} from '../forget/is-forget-pending.ts'
import type {World} from '../world/world.ts'
import {closeInheritedDescriptors} from './close-inherited-descriptors.ts'
import {senderJitter} from './sender-jitter.ts'
import {releaseLock, takeLock} from './sender-lock.ts'

/** Set in the environment of a sender: no sender starts another. */
export const senderVariable = 'USAGE_SENDER'
/** Milliseconds that a sender in the background lives at most, name lookup included. */
const backgroundLifetime = 10_000

const entry = join(import.meta.dirname, `sender-process${extname(import.meta.filename)}`)

/** Loaded when a sender is due: it costs a command a tenth of a bare Node.js, and most events need none. */
export const loadSpawn = () => process.getBuiltinModule('node:child_process').spawn

/**
 * Starts a sender in the background, if one is due: something waits or a person wants to be forgotten, the rules allow
 * sending, and no earlier failure says to wait.
 * The right to send is won before a process is made.
 *
 * The sender lives at most 10 s, writes to nobody, stands in the state folder and keeps no descriptor of the caller's.
 *
 * @param owner whose process this is: in `ours` the inherited descriptors are closed before a child could have them; in
 * a `host`'s nothing is touched, the sender closes them when it begins, and a program that is not Node.js starts none
 * @returns whether a sender was started
 */
export function spawnSender(world: World, destination: Destination, owner: 'ours' | 'host' = 'ours'): boolean {
  const {paths} = destination
  // A program with Node.js inside (Electron, a single executable) would start itself instead of the sender.
  if (owner === 'host' && !/^node/i.test(basename(process.execPath))) return false
  if (world.environment[senderVariable] !== undefined) return false
  if (mustWait(world, readNextTry(paths.nextTry))) return false
  const isDue = hasWaiting(destination) || isForgetPending(paths)
  if (!isDue || !askConsent(world, destination).sending) return false
  const jitter = senderJitter(world.environment, world.hostName)
  const token = takeLock(world, paths.lock, {jitter})
  if (token === null) return false
  if (owner === 'ours') closeInheritedDescriptors()
  try {
    // A foreign writer leaves events, not the project file that the sender reads.
    rememberProject(destination)
    const args = [...senderArguments(destination, token, backgroundLifetime), String(jitter)]
    const child = loadSpawn()(process.execPath, args, {...senderOptions(world), detached: true, stdio: 'ignore'})
    child.on('error', () => releaseLock(paths.lock, token))
    child.unref()
    return true
  } catch {
    releaseLock(paths.lock, token)
    return false
  }
}

/** How a sender is called: for which folder, with which right, for how long. */
export const senderArguments = ({directory}: Destination, token: string, milliseconds: number): string[] => [
  entry,
  directory,
  token,
  String(Math.max(1, Math.round(milliseconds))),
]

/** Where a sender stands and what it sees. */
export const senderOptions = (world: World): SpawnOptions => ({
  cwd: world.stateDirectory,
  windowsHide: true,
  env: {
    ...world.environment,
    NODE_OPTIONS: networkOptions(world.environment['NODE_OPTIONS'] ?? ''),
    USAGE_STATE_DIR: world.stateDirectory,
    USAGE_CONFIG_DIR: world.configDirectory,
    [senderVariable]: '1',
  },
})

/** What a person may have to tell Node.js so that it reaches a collector, and a module of theirs by its whole path. */
const networkOption =
  /^--(?:use-(?:system|openssl|bundled)-ca|use-env-proxy|(?:no-)?network-family-autoselection|tls-m(?:in|ax)-v1\.[0-3]|(?:dns-result-order|tls-cipher-list|openssl-config)=.+|import=(?:file:\/\/|\/).+)$/

/**
 * Of the options that a program was given for Node.js those that a sender needs as well. The others are the program's:
 * a debugger would keep the sender waiting for ever, and a module named by a relative path is not there where it stands.
 */
export const networkOptions = (nodeOptions: string): string =>
  (nodeOptions.match(/(?:"(?:\\.|[^"\\])*"|[^" ])+/g) ?? []).filter(option => networkOption.test(option)).join(' ')
