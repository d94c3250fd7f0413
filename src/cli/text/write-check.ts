import type {ProjectCheck} from '../../protocol/project/check-project-text.ts'
import type {Paint} from '../output/paint.ts'
import {writeAmount} from './words.ts'

/** Writes the result of a project check: one line for each problem and each warning. */
export function writeCheck(check: ProjectCheck, file: string, paint: Paint): string {
  const {project, version, problems, warnings} = check
  if (problems.length > 0)
    return [
      ...problems.map(({line, column, message}) => `${file}:${line}:${column}  ${message}`),
      paint.red(writeAmount(problems.length, 'problem')),
    ].join('\n')
  return [
    ...warnings.map(
      ({line, column, code, key, message, next}) =>
        `${file}:${line}:${column}  ${paint.yellow(code)}  ${key}: ${message}; ${next}`,
    ),
    `${paint.green('ok')}  ${project}, collection version ${version}`,
    ...(warnings.length === 0 ? [] : [paint.yellow(writeAmount(warnings.length, 'warning'))]),
  ].join('\n')
}
