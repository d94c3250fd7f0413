import {UsageError} from '../../errors.ts'
import {parsePolicy} from '../../reporter/consent/policy-file.ts'
import {isAllowed} from '../../reporter/consent/site-policy.ts'
import {readPlainFile} from '../../reporter/world/files.ts'

/** What a policy file means on a machine that has it. */
export interface PolicyCheck {
  readonly file: string
  /** Sentences. With any of them the policy is invalid, and all projects are opted out. */
  readonly problems: readonly string[]
  /** Whether a project that the file does not name may count. */
  readonly others: 'on' | 'off'
  /** The projects that the file names or that are known here, by id. */
  readonly projects: readonly {readonly project: string; readonly tracking: 'on' | 'off'}[]
  /** Whether the site has informed its users itself, so that sending does not wait for the notice. */
  readonly isNoticeGiven: boolean
  /** What users are shown with an opt-out. */
  readonly shown: readonly string[]
}

/** Checks a policy file. `known`: ids of projects to tell about, too. Throws `USAGE_POLICY_INVALID` for an unreadable file. */
export function checkPolicy(file: string, known: readonly string[]): PolicyCheck {
  const policy = parsePolicy(readPolicy(file))
  if (!policy.ok) return {file, problems: policy.problems, others: 'off', projects: [], isNoticeGiven: false, shown: []}
  const {off, allow, isNoticeGiven, hints} = policy.value
  const ids = [...new Set([...off, ...(allow ?? []), ...known])].sort()
  return {
    file,
    problems: [],
    others: word(policy.value.isOn && allow === null),
    projects: ids.map(project => ({project, tracking: word(isAllowed(policy.value, project))})),
    isNoticeGiven,
    shown: hints,
  }
}

const word = (isOn: boolean): 'on' | 'off' => (isOn ? 'on' : 'off')

function readPolicy(file: string): string {
  try {
    return readPlainFile(file)
  } catch (error) {
    const came = error instanceof Error ? error.message : String(error)
    throw new UsageError('USAGE_POLICY_INVALID', `cannot read the policy ${file}: ${came}`)
  }
}
