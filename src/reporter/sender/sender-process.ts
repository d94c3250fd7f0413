/**
 * The sender process: `node sender-process.js DESTINATION TOKEN MILLISECONDS [JITTER]`, started by `spawnSender` or
 * `runSender`. It waits JITTER milliseconds first. It ends after MILLISECONDS at the latest, even if the network hangs.
 * It prints its delivery as one JSON document.
 */
import {writeSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import {reach} from '../../fault-points.ts'
import {readDestinations} from '../destination/destination.ts'
import {readClient} from '../reports/read-client.ts'
import {readSendContext} from '../reports/send-context.ts'
import {transportByEndpoint} from '../transports/by-endpoint.ts'
import {httpEraser} from '../transports/http.ts'
import {realWorld} from '../world/world.ts'
import {closeInheritedDescriptors} from './close-inherited-descriptors.ts'
import {deliver, failedDelivery} from './deliver.ts'
import {holdsLock} from './sender-lock.ts'

closeInheritedDescriptors()
reach('sender: started')
const [directory, token = '', milliseconds = '10000', jitter = '0'] = process.argv.slice(2)
const lifetime = Number(milliseconds)
/** Milliseconds for the network. The rest of the lifetime is for returning unconfirmed events to the buffer. */
const patience = Math.round(lifetime - Math.min(1000, lifetime / 4)) - Number(jitter)

// A hanging name lookup prevents a normal exit, but not SIGKILL.
const end = (): void => {
  process.kill(process.pid, 'SIGKILL')
}
setTimeout(end, lifetime).unref()
if (Number(jitter) > 0) await sleep(Number(jitter))

const world = realWorld()
const destination = readDestinations(world.stateDirectory).find(one => one.directory === directory)
if (destination !== undefined && holdsLock(destination.paths.lock, token)) {
  const delivery = await deliver(
    {
      world,
      destination,
      transport: transportByEndpoint(world.environment),
      erase: httpEraser(world.environment),
      client: readClient(),
      readContext: () => readSendContext(world, destination.project),
      signal: AbortSignal.timeout(patience),
    },
    token,
  ).catch(error => failedDelivery(world, destination, error))
  writeSync(1, JSON.stringify(delivery))
}
end()
