import type {ProjectFile} from '../../src/protocol/project/project-file.ts'
import {destinationOf} from '../../src/reporter/destination/destination.ts'
import {deliverBy, type FlushOutcome, flushDestinations} from '../../src/reporter/person/flush.ts'
import {type ProjectStatus, readStatus} from '../../src/reporter/person/status.ts'
import {createReporter} from '../../src/reporter/reporter.ts'
import {transportByEndpoint} from '../../src/reporter/transports/by-endpoint.ts'
import {httpEraser} from '../../src/reporter/transports/http.ts'
import {realWorld} from '../../src/reporter/world/world.ts'
import type {IsolatedHome} from './isolated-home.ts'

/** What commands do for a person and a project, done in the process of the test: a command takes a tenth of a second. */
export function personHere(
  {environment}: Pick<IsolatedHome, 'environment'>,
  project: ProjectFile,
  {now = Date.now}: {readonly now?: () => number} = {},
) {
  const world = realWorld({environment, now})
  const destination = destinationOf(world.stateDirectory, project)
  const reporter = createReporter({project, world: {environment, now}})
  const deliver = deliverBy(transportByEndpoint(environment), httpEraser(environment))
  return {
    world,
    destination,
    reporter,
    /** Records a run with one feature, as a script does that ends with this code. Returns its id. */
    recordRun: (exitCode = 0, script = '/home/ada/a.sh'): string | null => {
      const started = reporter.start({script})
      const run = started.kind === 'recorded' ? started.run : null
      reporter.feature({run, name: 'Load.v1', type: 'Algorithm'})
      reporter.end({run, exitCode})
      return run
    },
    /** What `usage flush` does, with the network in this process. */
    flush: (): Promise<FlushOutcome> => flushDestinations(world, [destination], {deliver, waitSeconds: 40}),
    /** What `usage status` says of the project. */
    status: (): ProjectStatus => readStatus(world, destination, {allEvents: false}),
  }
}
