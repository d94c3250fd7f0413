import {createInterface} from 'node:readline'
import {readRunningCollector} from '../../../collector/access/running-collector-file.ts'
import type {StorePlace} from '../../../collector/store/place.ts'
import {type EndedProject, endStoredProject} from '../../../collector/upkeep/end-project.ts'
import {toUsageError, UsageError} from '../../../errors.ts'
import {postJson} from '../../../reporter/transports/http.ts'
import {refusalOf} from '../ask-stats.ts'

/** Milliseconds to wait for a collector: it deletes some 100,000 rows a second. */
const patience = 3_600_000

/**
 * Ends a project: in the store, or through the running collector if it has locked the store. Throws a coded error.
 */
export async function endProject(place: StorePlace, project: string, nowMs: number): Promise<EndedProject> {
  try {
    return await endStoredProject(place, project, nowMs)
  } catch (error) {
    const running = toUsageError(error).code === 'USAGE_STORE_LOCKED' ? readRunningCollector(place.dataDirectory) : null
    if (running === null) throw error
    return askCollector(running.http, running.secret, project)
  }
}

async function askCollector(http: string, secret: string, project: string): Promise<EndedProject> {
  const url = `${http}/v1/projects/${project}/end`
  const signal = AbortSignal.timeout(patience)
  const {status, body} = await postJson(url, {token: secret, value: {}, signal}).catch((cause: unknown) => {
    const came = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError('USAGE_COLLECTOR_UNREACHABLE', `cannot reach the collector that writes the store: ${came}`, {
      cause,
    })
  })
  const answer: unknown = parse(body)
  if (status !== 200) throw refusalOf(status, answer, http)
  return answer as EndedProject
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Asks on a terminal to type the id of the project. False for any other answer. */
export function confirmEnd(project: string, input: NodeJS.ReadableStream, output: NodeJS.WritableStream) {
  const lines = createInterface({input, output})
  return new Promise<boolean>(resolve => {
    lines.once('close', () => resolve(false))
    lines.question(`This cannot be undone. To continue, type ${project}: `, answer => {
      resolve(answer.trim() === project)
      lines.close()
    })
  })
}
