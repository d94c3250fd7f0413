import type {BaseIssue} from 'valibot'
import {toPlainText} from './plain-text.ts'

/** One problem of a document from outside: its place, the rule that is broken, and the value. */
export interface Problem {
  /** Keys from the root, for example `['fields', 'executors', 'min']`. */
  readonly path: readonly (string | number)[]
  /** One sentence without a full stop, for example `must be an integer, got "two"`. */
  readonly message: string
}

export type Parsed<T> = {readonly ok: true; readonly value: T} | {readonly ok: false; readonly problems: Problem[]}

/**
 * Writes a path for people: `fields.executors.min`, `events[3].name`, or `the document` for the root. Keys from outside
 * are shortened, and their control characters are replaced.
 */
export function formatPath(path: readonly (string | number)[]): string {
  if (path.length === 0) return 'the document'
  const parts = path.map(key => (typeof key === 'number' ? `[${key}]` : `.${shorten(toPlainText(key))}`))
  return parts.join('').replace(/^\./, '')
}

/** Writes a problem as one line that is safe for a terminal. */
export function formatProblem(problem: Problem): string {
  return `${formatPath(problem.path)}: ${problem.message}`
}

/** Writes the first three problems of a document as one line. */
export function describeProblems(problems: readonly Problem[]): string {
  const shown = problems.slice(0, 3).map(formatProblem).join('; ')
  return problems.length > 3 ? `${shown}; and ${problems.length - 3} more` : shown
}

/** Converts issues of valibot to problems. An issue without a message of ours gets one. */
export function toProblems(issues: readonly BaseIssue<unknown>[]): Problem[] {
  return issues.map(issue => ({
    path: (issue.path ?? []).map(item => (typeof item.key === 'number' ? item.key : String(item.key))),
    message: describe(issue),
  }))
}

function describe(issue: BaseIssue<unknown>): string {
  if (issue.input === undefined) return 'is required'
  const rule = issue.message.startsWith('must ') ? issue.message : `must be ${describeExpectation(issue)}`
  return `${rule}, got ${describeValue(issue.input)}`
}

/** What a rule without a message of ours requires. */
function describeExpectation({type, requirement, expected}: BaseIssue<unknown>): string {
  switch (type) {
    case 'object':
    case 'record':
      return 'an object'
    case 'array':
      return 'a list'
    case 'string':
      return 'text'
    case 'number':
      return 'a number'
    case 'boolean':
      return 'true or false'
    case 'integer':
      return 'a whole number'
    case 'min_value':
      return `at least ${requirement}`
    case 'max_value':
      return `at most ${requirement}`
    case 'max_length':
      return `at most ${requirement} characters long`
    default:
      return expected ?? 'something else'
  }
}

/**
 * Shows a value from outside in at most 60 characters, without control characters. Does not throw, whatever a program
 * passes.
 */
export function describeValue(value: unknown): string {
  try {
    if (value === undefined) return 'nothing'
    if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
    const text = typeof value === 'string' || typeof value === 'boolean' ? JSON.stringify(value) : String(value)
    return toPlainText(shorten(text))
  } catch {
    return 'an object'
  }
}

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text)
