import {toPlainText} from '../../protocol/values/plain-text.ts'
import type {Paint} from '../output/paint.ts'
import {wrapText} from '../output/wrap-text.ts'
import {writeAmount} from '../text/words.ts'
import type {Examination} from './examine.ts'
import type {Finding} from './finding.ts'

/** Writes the findings for a width: those of this machine, then those of each project, and what to do. */
export function writeDoctor({findings, problems, warnings}: Examination, paint: Paint, width: number): string {
  const groups = Map.groupBy(findings, ({project}) => project)
  const sections = [...groups].map(([project, own]) =>
    [
      paint.bold(project ?? 'This machine'),
      ...own.map(one => wrapText(writeFinding(one, paint), width, indent).replaceAll('`', '')),
    ].join('\n'),
  )
  const counts = [
    ...(problems > 0 ? [paint.red(writeAmount(problems, 'problem'))] : []),
    ...(warnings > 0 ? [paint.yellow(writeAmount(warnings, 'warning'))] : []),
  ]
  return [...sections, counts.length > 0 ? counts.join(', ') : paint.green('No problems.')].join('\n\n')
}

/** Where texts begin. */
const indent = ' '.repeat(24)

function writeFinding({check, status, what, next}: Finding, paint: Paint): string {
  const colour = {ok: paint.green, warning: paint.yellow, problem: paint.red}[status]
  const line = `  ${colour(status.padEnd(8))} ${check.padEnd(12)} ${toPlainText(what)}`
  return next === null ? line : `${line}\n${indent}${paint.dim('Next:')} ${toPlainText(next)}`
}
