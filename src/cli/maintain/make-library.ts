import type {ProjectFile} from '../../protocol/project-file.ts'
import {optOutReasons, silentValues} from '../../reporter/consent/consent.ts'
import {noticeText} from '../../reporter/consent/notice.ts'
import {type CiSign, ciVendors} from '../../reporter/world/ci.ts'
import {projectOptOutPath} from '../../reporter/world/directories.ts'
import {rankVariables, schedulers} from '../../reporter/world/scheduler.ts'
import {quoteForShell} from '../../shell/shell-text.ts'
import {type Shell, writeLibrary} from '../../shell/write-library.ts'

/** Makes the shell functions of a project, with what the reporter knows of CI systems, batch systems and the notice. */
export function makeLibrary(shell: Shell, project: ProjectFile): string {
  return writeLibrary(shell, {
    project,
    consent: {optOutReasons, silentValues},
    noticeText: noticeText(project, '').slice(0, -projectOptOutPath('', project.project).length),
    ciConditions: ciConditions(),
    schedulers,
    rankVariables,
  })
}

/** Every CI system as a condition in the words of a shell, with its short id. */
export const ciConditions = (): (readonly [condition: string, id: string])[] =>
  ciVendors.map(({id, signs}) => [signs.map(toCondition).join(' && '), id])

/** A sign of a CI system in the words of a shell, for an environment in which anything may be unset. */
function toCondition(sign: CiSign): string {
  if (typeof sign === 'string') return isSet(sign)
  if ('any' in sign && Array.isArray(sign.any)) return `{ ${sign.any.map(isSet).join(' || ')}; }`
  if ('includes' in sign) return `_usage_has "\${${sign['env']}-}" ${quoteForShell(sign['includes'] ?? '')}`
  return Object.entries(sign)
    .map(([name, value]) => `[ "\${${name}-}" = ${quoteForShell(value)} ]`)
    .join(' && ')
}

const isSet = (name: string): string => `[ -n "\${${name}-}" ]`
