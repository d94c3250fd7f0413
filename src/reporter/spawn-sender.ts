import type {SpawnOptions} from 'node:child_process'
import {closeSync, readdirSync, readFileSync} from 'node:fs'
import {extname, join} from 'node:path'
import {askConsent} from './consent-facts.ts'
import {type Destination, rememberProject} from './destination.ts'
import {hasWaiting} from './empty-buffer.ts'
import {isForgetPending} from './is-forget-pending.ts'
import {mustWait, readNextTry} from './next-try.ts'
import {senderJitter} from './sender-jitter.ts'
import {releaseLock, takeLock} from './sender-lock.ts'
import type {World} from './world.ts'

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
 * The sender lives at most 10 s, writes to nobody, stands in the state folder and inherits no descriptor of the
 * caller's: call this only from a process that is ours, because its inherited descriptors are closed.
 *
 * @returns whether a sender was started
 */
export function spawnSender(world: World, destination: Destination): boolean {
  const {paths} = destination
  if (world.environment[senderVariable] !== undefined) return false
  if (mustWait(world, readNextTry(paths.nextTry))) return false
  const isDue = hasWaiting(destination) || isForgetPending(paths)
  if (!isDue || !askConsent(world, destination).sending) return false
  const jitter = senderJitter(world.environment, world.hostName)
  const token = takeLock(world, paths.lock, {jitter})
  if (token === null) return false
  closeInheritedDescriptors()
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
    USAGE_STATE_DIR: world.stateDirectory,
    USAGE_CONFIG_DIR: world.configDirectory,
    [senderVariable]: '1',
  },
})

/**
 * Closes every descriptor above 2 that a child would inherit: a script's `flock 200` or `exec 20>&1` would otherwise
 * be held by the sender. Node's own descriptors are closed on exec by themselves, which is how the others are known.
 */
export function closeInheritedDescriptors(): void {
  const closeOnExec = 0o2000000
  for (const descriptor of listDescriptors()) {
    if (descriptor <= 2) continue
    try {
      const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1] ?? '0'
      if ((Number.parseInt(flags, 8) & closeOnExec) === 0) closeSync(descriptor)
    } catch {
      // The descriptor of the listing itself is gone by now.
    }
  }
}

function listDescriptors(): number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number)
  } catch {
    return []
  }
}
