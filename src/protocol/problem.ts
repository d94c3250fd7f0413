import type {BaseIssue} from 'valibot'
import {toPlainText} from './plain-text.ts'

/** One thing that is wrong with a document from outside: where, and what was wanted and came. */
export interface Problem {
  /** Keys from the root, for example `['fields', 'executors', 'min']`. */
  readonly path: readonly (string | number)[]
  /** One sentence without a full stop, for example `wanted an integer, got "two"`. */
  readonly message: string
}

export type Parsed<T> = {readonly ok: true; readonly value: T} | {readonly ok: false; readonly problems: Problem[]}

/** Writes a path as people do: `fields.executors.min`, `events[3].name`, or `the document` for the root. */
export function formatPath(path: readonly (string | number)[]): string {
  if (path.length === 0) return 'the document'
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('')
}

/** Writes a problem on one line, safe for a terminal. */
export function formatProblem(problem: Problem): string {
  return `${formatPath(problem.path)}: ${problem.message}`
}

/** Turns the issues of the schema library into problems. Messages that do not say what was wanted get it added. */
export function toProblems(issues: readonly BaseIssue<unknown>[]): Problem[] {
  return issues.map(issue => ({
    path: (issue.path ?? []).map(item => (typeof item.key === 'number' ? item.key : String(item.key))),
    message: describe(issue),
  }))
}

function describe(issue: BaseIssue<unknown>): string {
  if (issue.type === 'object' && issue.input === undefined) return 'wanted a value, got nothing'
  const wanted = issue.message.startsWith('wanted ') ? issue.message : `wanted ${issue.expected ?? 'something else'}`
  return `${wanted}, got ${describeValue(issue.input)}`
}

/** Shows a value from outside briefly and without control characters. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  const text = JSON.stringify(value) ?? String(value)
  const short = text.length > 60 ? `${text.slice(0, 57)}…` : text
  return toPlainText(short)
}
