import {type Destination, rememberProject} from '../destination/destination.ts'
import type {World} from '../world/world.ts'
import {type Delivery, nothingDelivered} from './deliver.ts'
import {releaseLock} from './sender-lock.ts'
import {loadSpawn, senderArguments, senderOptions} from './spawn-sender.ts'

/** Milliseconds that a sender may take to start and to end beyond its own time, on a busy machine. */
const graceMilliseconds = 500

/**
 * Runs a sender, with the right to send already won, and resolves to what it did, within the given milliseconds: a sender
 * that lives on is ended half a second later.
 *
 * The network is used in a process of its own here too: a name lookup that hangs would keep this one from exiting.
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

/** The sender reads the project file; where it is missing and cannot be written, it says that it is lost. */
function tryToRemember(destination: Destination): void {
  try {
    rememberProject(destination)
  } catch {
    // A full disk: the file that is there is as good.
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
