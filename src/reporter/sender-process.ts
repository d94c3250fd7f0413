/**
 * The process that delivers in the background: `node sender-process.js DESTINATION TOKEN`, started by `spawnSender`.
 * It ends within 10 s whatever the network does, and says nothing to anybody.
 */
import {readClient} from './client.ts'
import {readDestinations} from './destination.ts'
import {readSendContext} from './send-context.ts'
import {deliver} from './sender.ts'
import {holdsLock} from './sender-lock.ts'
import {sendByHttp} from './transports/http.ts'
import {realWorld} from './world.ts'

/** Milliseconds to live in all. */
const lifetime = 10_000
/** Milliseconds after which nothing new is waited for, so that what is left can go back to the buffer. */
const patience = 9_000

// A name lookup that hangs keeps a process from exiting: a signal does not wait for it.
setTimeout(() => process.kill(process.pid, 'SIGKILL'), lifetime).unref()

const [directory, token] = process.argv.slice(2)
const world = realWorld()
const destination = readDestinations(world.stateDirectory).find(one => one.directory === directory)
if (destination !== undefined && token !== undefined && holdsLock(destination.paths.lock, token)) {
  await deliver(
    {
      world,
      destination,
      transport: sendByHttp,
      client: readClient(),
      readContext: () => readSendContext(world, destination.project),
      signal: AbortSignal.timeout(patience),
    },
    token,
  ).catch(() => undefined)
}
process.kill(process.pid, 'SIGKILL')
