import {UsageError} from '../../errors.ts'
import {parsePolicy} from '../../protocol/policy/parse-policy.ts'
import type {Route} from '../../protocol/policy/policy-file.ts'
import {findRoute, isAllowed} from '../../reporter/projects/site-policy.ts'
import {readPlainFile} from '../../reporter/world/files.ts'

/** What a policy file means on a machine that has it. */
export interface PolicyCheck {
  readonly file: string
  /** Sentences. With any of them the policy is invalid, and all projects are opted out. */
  readonly problems: readonly string[]
  /** Whether a project that the file does not name may count. */
  readonly others: 'on' | 'off'
  /** Where the events of such a project go, or null: to its own endpoint. */
  readonly othersGoTo: PolicyPlace | null
  /** The projects that the file names or that are known here, by id. */
  readonly projects: readonly PolicyOfProject[]
  /** Whether the site has informed its users itself, so that sending does not wait for the notice. */
  readonly isNoticeGiven: boolean
  /** What users are shown with an opt-out. */
  readonly shown: readonly string[]
}

export interface PolicyOfProject {
  readonly project: string
  readonly tracking: 'on' | 'off'
  /** Where its events go, or null: to its own endpoint. */
  readonly goesTo: PolicyPlace | null
}

/** A destination that a policy names. Null where it names none of that kind. */
export interface PolicyPlace {
  readonly inbox: string | null
  readonly http: string | null
  readonly hasWriteKey: boolean
}

/** Checks a policy file. `known`: ids of projects to tell about, too. Throws `USAGE_POLICY_INVALID` for an unreadable file. */
export function checkPolicy(file: string, known: readonly string[]): PolicyCheck {
  const policy = parsePolicy(readPolicy(file))
  if (!policy.ok) return {...nothingAllowed, file, problems: policy.problems}
  const {off, allow, isNoticeGiven, hints, route, routes} = policy.value
  const ids = [...new Set([...off, ...(allow ?? []), ...routes.keys(), ...known])].sort()
  return {
    file,
    problems: [],
    others: word(policy.value.isOn && allow === null),
    othersGoTo: placeOf(route),
    projects: ids.map(project => ({
      project,
      tracking: word(isAllowed(policy.value, project)),
      goesTo: placeOf(findRoute(policy.value, project)),
    })),
    isNoticeGiven,
    shown: hints,
  }
}

const nothingAllowed = {others: 'off', othersGoTo: null, projects: [], isNoticeGiven: false, shown: []} as const

const placeOf = (route: Route | null): PolicyPlace | null =>
  route && {
    inbox: route.endpoint.file ?? null,
    http: route.endpoint.http,
    hasWriteKey: route.writeKey !== null,
  }

const word = (isOn: boolean): 'on' | 'off' => (isOn ? 'on' : 'off')

function readPolicy(file: string): string {
  try {
    return readPlainFile(file)
  } catch (error) {
    const came = error instanceof Error ? error.message : String(error)
    throw new UsageError('USAGE_POLICY_INVALID', `cannot read the policy ${file}: ${came}`, {
      cause: error,
      next: 'Check the path and the permissions of the file.',
    })
  }
}
