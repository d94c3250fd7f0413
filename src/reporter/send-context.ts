import type {ProjectFile} from '../protocol/project-file.ts'
import {readMachineId, readSecret} from './identity.ts'
import {readOperatingSystem} from './machine.ts'
import type {ReportContext} from './make-reports.ts'
import {readSettings} from './settings.ts'
import type {World} from './world.ts'

/** Ids made since a person last had their data erased; the first generation is 0. */
const firstGeneration = 0

/** Reads what reports are made from besides the events: the secret, this machine, and what a person said before. */
export async function readSendContext(
  world: World,
  project: ProjectFile,
): Promise<Pick<ReportContext, 'secret' | 'generation' | 'machine' | 'notBefore'>> {
  return {
    secret: readSecret(world.stateDirectory, world.random),
    generation: firstGeneration,
    machine: {
      host: world.hostName,
      bootId: world.processes().bootId,
      machineId: await readMachineId(),
      os: readOperatingSystem(),
    },
    notBefore: readSettings(world.configDirectory, project.project)?.answer?.notBefore ?? null,
  }
}
