import {readFileSync, statfsSync, statSync} from 'node:fs'
import {limits} from '../../protocol/values/limits.ts'
import {isWritable, nearestExisting} from '../../reporter/consent/consent-facts.ts'
import {readClient} from '../../reporter/reports/read-client.ts'
import type {World} from '../../reporter/world/world.ts'
import {type Finding, messageOf, ok, problem, warning} from './finding.ts'

/** Bytes of free space below which events cannot be recorded reliably. */
const leastFreeBytes = 1024 * 1024

/** Checks what all projects share: versions, the two folders, the disk, further certificates. Never throws. */
export async function examineMachine(world: World): Promise<Finding[]> {
  return [
    examineVersions(),
    examineFolder(world, 'state', world.stateDirectory),
    examineFolder(world, 'settings', world.configDirectory),
    examineDisk(world),
    ...examineCertificates(world),
  ]
}

function examineVersions(): Finding {
  const {node} = process.versions
  const {version} = readClient()
  const collects = Number(node.split('.')[0]) >= 24 ? '' : ' A collector and usage stats require Node.js 24.'
  return ok('versions', `usage ${version}, Node.js ${node}, ${process.platform} ${process.arch}.${collects}`)
}

function examineFolder(world: World, folder: 'state' | 'settings', path: string): Finding {
  const lost = world.lostFolders.find(one => one.folder === folder)
  if (lost !== undefined)
    return problem(
      folder,
      `${lost.problem} Nothing is recorded.`,
      `Set ${lost.variable} to an absolute path, or unset it.`,
    )
  try {
    if (!isWritable(path, world))
      return problem(
        folder,
        `${path} cannot be written by this user. Nothing is recorded.`,
        `Check its owner and permissions, or set ${folder === 'state' ? 'USAGE_STATE_DIR' : 'USAGE_CONFIG_DIR'} to another folder.`,
      )
    const found = statSync(path, {throwIfNoEntry: false})
    if (found === undefined) return ok(folder, `${path} does not exist yet, and can be created.`)
    const mode = (found.mode & 0o777).toString(8).padStart(4, '0')
    if (process.platform !== 'win32' && (found.mode & 0o077) !== 0)
      return warning(folder, `${path} has mode ${mode}: other users can use it.`, `Run: chmod 700 '${path}'`)
    return ok(folder, `${path}, writable, mode ${mode}.`)
  } catch (error) {
    return problem(folder, `${path} cannot be read: ${messageOf(error)}`, 'Check its owner and permissions.')
  }
}

/** A quota of a user can be reached earlier: no system call shows it. */
function examineDisk({stateDirectory}: World): Finding {
  try {
    const {bavail, bsize, files, ffree} = statfsSync(nearestExisting(stateDirectory))
    const free = bavail * bsize
    const what = `${writeBytes(free)} free for waiting events, of which a project needs at most ${writeBytes(limits.maxBufferBytes)}.`
    const next = `Free some space on the file system of ${stateDirectory}, or set USAGE_STATE_DIR to another folder.`
    if (free < leastFreeBytes) return problem('disk', what, next)
    if (files > 0 && ffree === 0) return problem('disk', 'The file system has no free inodes.', next)
    return free < 2 * limits.maxBufferBytes ? warning('disk', what, next) : ok('disk', what)
  } catch (error) {
    return warning('disk', `The free space is unknown: ${messageOf(error)}`, `Check the path ${stateDirectory}.`)
  }
}

/** Node.js ignores a file of certificates that it cannot read. */
function examineCertificates({environment}: World): Finding[] {
  const path = environment['NODE_EXTRA_CA_CERTS']
  if (!path) return []
  try {
    if (!readFileSync(path, 'utf8').includes('-----BEGIN CERTIFICATE-----'))
      throw new Error('it contains no certificate in PEM format')
    return [ok('certificates', `NODE_EXTRA_CA_CERTS is ${path}.`)]
  } catch (error) {
    const what = `NODE_EXTRA_CA_CERTS is ${path}, which has no effect: ${messageOf(error)}`
    return [warning('certificates', what, 'Set NODE_EXTRA_CA_CERTS to the absolute path of a PEM file, or unset it.')]
  }
}

function writeBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${Math.floor(bytes / 1024 ** power)} ${units[power]}`
}
