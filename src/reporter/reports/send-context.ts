import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {readSettings} from '../consent/settings.ts'
import {readGeneration} from '../forget/forget-request.ts'
import {findSecret, readSecret, secretMadeAt} from '../identity/secret.ts'
import {readMachineId} from '../world/machine-id.ts'
import {readOperatingSystem} from '../world/operating-system.ts'
import type {World} from '../world/world.ts'
import type {ReportContext} from './make-reports.ts'

/** The input of a sender's reports besides events, project and client. */
export type SendContext = Pick<ReportContext, 'generation' | 'machine' | 'notBefore' | 'secretMadeAt'> & {
  readonly secret: string
}

/** Reads the input of reports: the secret (created if missing), this machine, and the user's last decision. */
export async function readSendContext(world: World, project: ProjectFile): Promise<SendContext> {
  const secret = readSecret(world.stateDirectory, world.random)
  return {secret, ...(await readRest(world, project))}
}

/** The same for a preview: the secret is null if it does not exist yet. Writes nothing. */
export async function readPreviewContext(
  world: World,
  project: ProjectFile,
): Promise<Omit<SendContext, 'secret'> & {readonly secret: string | null}> {
  return {secret: findSecret(world.stateDirectory), ...(await readRest(world, project))}
}

async function readRest(world: World, project: ProjectFile): Promise<Omit<SendContext, 'secret'>> {
  return {
    secretMadeAt: secretMadeAt(world.stateDirectory),
    generation: readGeneration(world, project),
    machine: {
      host: world.hostName,
      bootId: world.processes().bootId,
      machineId: project.identity.host ? (world.machineId() ?? (await readMachineId())) : null,
      os: readOperatingSystem(),
    },
    notBefore: readSettings(world.configDirectory, project.project)?.answer?.notBefore ?? null,
  }
}
