import {spawn} from 'node:child_process'
import {closeSync, readdirSync, readFileSync} from 'node:fs'
import {extname} from 'node:path'
import {fileURLToPath} from 'node:url'
import type {Destination} from './destination.ts'
import {mustWait, readNextTry} from './next-try.ts'
import {releaseLock, takeLock} from './sender-lock.ts'
import type {World} from './world.ts'

/** Set in the environment of a sender: no sender starts another. */
export const senderVariable = 'USAGE_SENDER'

const entry = fileURLToPath(new URL(`./sender-process${extname(import.meta.url)}`, import.meta.url))

/**
 * Starts a sender in the background, if one is due: the right to send is won before a process is made.
 *
 * The sender lives at most 10 s, writes to nobody, stands in the state folder and inherits no descriptor of the
 * caller's: call this only from a process that is ours, because its inherited descriptors are closed.
 *
 * @returns whether a sender was started
 */
export function spawnSender(world: World, destination: Destination): boolean {
  const {paths, directory} = destination
  if (world.environment[senderVariable] !== undefined) return false
  if (mustWait(world, readNextTry(paths.nextTry))) return false
  const token = takeLock(world, paths.lock)
  if (token === null) return false
  closeInheritedDescriptors()
  try {
    const child = spawn(process.execPath, [entry, directory, token], {
      cwd: world.stateDirectory,
      detached: true,
      stdio: 'ignore',
      windowsHide: true,
      env: {
        ...world.environment,
        USAGE_STATE_DIR: world.stateDirectory,
        USAGE_CONFIG_DIR: world.configDirectory,
        [senderVariable]: '1',
      },
    })
    child.on('error', () => releaseLock(paths.lock, token))
    child.unref()
    return true
  } catch {
    releaseLock(paths.lock, token)
    return false
  }
}

/**
 * Closes every descriptor above 2 that a child would inherit: a script's `flock 200` or `exec 20>&1` would otherwise
 * be held by the sender. Node's own descriptors are closed on exec by themselves, which is how the others are known.
 */
function closeInheritedDescriptors(): void {
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
