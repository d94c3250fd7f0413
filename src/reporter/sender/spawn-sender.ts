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

/** Set in the environment of a sender, so that it does not start another. */
export const senderVariable = 'USAGE_SENDER'
/** The longest lifetime of a sender in the background in milliseconds, name lookup included. */
const backgroundLifetime = 10_000

const entry = join(import.meta.dirname, `sender-process${extname(import.meta.filename)}`)

/**
 * Loaded only if a sender is due: loading takes a tenth of the time of `node -e 0`, and most events start no sender.
 */
export const loadSpawn = () => process.getBuiltinModule('node:child_process').spawn

/**
 * Starts a sender in the background, if one is due: an event or an erasure request waits, the consent rules allow
 * sending, and no earlier failure delays the next attempt. The lock is taken before the process is started. Never waits
 * for the network.
 *
 * The sender runs for at most 10 s in the state folder. It prints nothing and holds no descriptor of the caller.
 *
 * @param owner `ours`: inherited descriptors are closed in this process before the start. `host`: this process is
 * unchanged, and the sender closes them at its start; a host program that is not Node.js starts no sender
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
    // Writers in other languages may not store the project file, which the sender needs.
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

/** The command line of a sender. */
export const senderArguments = ({directory}: Destination, token: string, milliseconds: number): string[] => [
  entry,
  directory,
  token,
  String(Math.max(1, Math.round(milliseconds))),
]

/** The working directory and the environment of a sender. */
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

/** Options of Node.js that may be needed to reach a collector, and `--import` with an absolute path. */
const networkOption =
  /^--(?:use-(?:system|openssl|bundled)-ca|use-env-proxy|(?:no-)?network-family-autoselection|tls-m(?:in|ax)-v1\.[0-3]|(?:dns-result-order|tls-cipher-list|openssl-config)=.+|import=(?:file:\/\/|\/).+)$/

/**
 * Selects the options in NODE_OPTIONS that a sender needs too. Others could break it: a debugger would block the
 * sender, and a relative path does not exist in its working directory. Pure.
 */
export const networkOptions = (nodeOptions: string): string =>
  (nodeOptions.match(/(?:"(?:\\.|[^"\\])*"|[^" ])+/g) ?? []).filter(option => networkOption.test(option)).join(' ')
