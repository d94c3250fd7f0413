import {type Destination, rememberProject} from '../destination/destination.ts'
import type {World} from '../world/world.ts'
import {type Delivery, nothingDelivered} from './deliver.ts'
import {releaseLock} from './sender-lock.ts'
import {loadSpawn, senderArguments, senderOptions} from './spawn-sender.ts'

/** Milliseconds that a sender gets in addition to its own time, to start and end on a busy machine. */
const graceMilliseconds = 500

/**
 * Runs a sender in a child process and resolves to its delivery. The caller has taken the lock. A sender that runs
 * longer than `milliseconds` is killed half a second later, and the reason is `sender-lost`. Never rejects for a failed
 * sender.
 *
 * A child process is needed because a hanging name lookup would prevent this process from exiting.
 */
export function runSender(
  world: World,
  destination: Destination,
  token: string,
  milliseconds: number,
): Promise<Delivery> {
  return new Promise(resolve => {
    tryToRemember(destination)
    const args = senderArguments(destination, token, milliseconds)
    const child = loadSpawn()(process.execPath, args, {...senderOptions(world), stdio: ['ignore', 'pipe', 'ignore']})
    let output = ''
    child.stdout?.setEncoding('utf8').on('data', chunk => {
      output += chunk
    })
    const overdue = setTimeout(() => child.kill('SIGKILL'), milliseconds + graceMilliseconds)
    child.on('error', () => resolve({...nothingDelivered, reason: 'sender-lost'}))
    child.on('close', () => {
      clearTimeout(overdue)
      releaseLock(destination.paths.lock, token)
      resolve(readDelivery(output))
    })
  })
}

/** Stores the project file for the sender. Never throws: without the file, the sender delivers nothing. */
function tryToRemember(destination: Destination): void {
  try {
    rememberProject(destination)
  } catch {
    // The disk is full: the existing file is used.
  }
}

function readDelivery(output: string): Delivery {
  const lost: Delivery = {...nothingDelivered, reason: 'sender-lost'}
  try {
    return (JSON.parse(output) as Delivery | null) ?? lost
  } catch {
    return lost
  }
}
