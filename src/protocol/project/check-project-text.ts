import {
  findNodeAtLocation,
  type Node,
  type ParseError,
  type ParseErrorCode,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser'
import {formatPath, formatProblem} from '../values/problem.ts'
import {collectionVersion, parseProjectFile} from './project-file.ts'
import {reviewProject} from './review-project.ts'
import type {ReviewWarning} from './review-warning.ts'

interface Place {
  /** Both from 1. */
  readonly line: number
  readonly column: number
}

/** The result of a check. `project` and `version` are null if there are problems. */
export interface ProjectCheck {
  readonly project: string | null
  readonly version: string | null
  readonly problems: readonly (Place & {readonly message: string})[]
  /** Valid settings to review; empty if there are problems. `key` is the path for people. */
  readonly warnings: readonly (Place & Pick<ReviewWarning, 'code' | 'message' | 'next'> & {readonly key: string})[]
}

/** The most levels of nesting that are read. A project file has four. The parser needs stack for each. */
const maxLevels = 32

/** Checks the text of a project file and reviews a valid one. Results have their place in the text. Pure; never throws. */
export function checkProjectText(text: string): ProjectCheck {
  const tooDeep = findTooDeep(text)
  if (tooDeep !== null)
    return failed([{offset: tooDeep, message: `must have at most ${maxLevels} levels of nesting`}], text)
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, {disallowComments: true})
  if (errors.length > 0 || tree === undefined)
    return failed(
      // The others often follow from the first.
      errors.slice(0, 1).map(({error, offset}) => ({offset, message: `must be JSON: ${explain(error, text, offset)}`})),
      text,
    )
  const input: unknown = JSON.parse(text)
  const parsed = parseProjectFile(input)
  if (!parsed.ok) {
    return failed(
      parsed.problems.map(problem => ({offset: offsetOf(tree, problem.path), message: formatProblem(problem)})),
      text,
    )
  }
  const warnings = reviewProject(input, parsed.value).map(({path, code, message, next}) => ({
    ...place(text, keyOffsetOf(tree, path)),
    code,
    key: formatPath(path),
    message,
    next,
  }))
  const byPlace = warnings.sort((a, b) => a.line - b.line || a.column - b.column)
  return {project: parsed.value.project, version: collectionVersion(parsed.value), problems: [], warnings: byPlace}
}

/** What a person does about an error of the parser. */
function explain(error: ParseErrorCode, text: string, offset: number): string {
  const before = text.slice(0, offset).trimEnd()
  if (/[}\]]/.test(text.charAt(offset)) && before.endsWith(',')) return 'remove the comma before this'
  const code = printParseErrorCode(error)
  return expected[code] ?? code
}

const expected: Readonly<Record<string, string>> = {
  PropertyNameExpected: 'a key in double quotes is missing',
  ValueExpected: 'a value is missing',
  ColonExpected: 'a colon is missing before this',
  CommaExpected: 'a comma is missing before this',
  CloseBraceExpected: 'a } is missing',
  CloseBracketExpected: 'a ] is missing',
  EndOfFileExpected: 'remove this text after the last }',
  InvalidCommentToken: 'remove the comment',
  InvalidSymbol: 'a text must be in double quotes',
  UnexpectedEndOfString: 'a double quote is missing at the end of the text',
  InvalidCharacter: 'a text must have no line break or tab',
}

/** The offset of the first bracket beyond the most levels, or null. Without recursion. */
function findTooDeep(text: string): number | null {
  let level = 0
  for (const {0: token, index} of text.matchAll(/"(?:[^"\\\n]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') level++
    else if (token === '}' || token === ']') level--
    if (level > maxLevels) return index
  }
  return null
}

function failed(found: readonly {offset: number; message: string}[], text: string): ProjectCheck {
  const problems = found.length > 0 ? found : [{offset: 0, message: 'must be JSON, got nothing'}]
  return {
    project: null,
    version: null,
    problems: problems.map(({offset, message}) => ({...place(text, offset), message})),
    warnings: [],
  }
}

/** The offset of the value at a path. For a missing value, the offset of the nearest existing parent. */
function offsetOf(tree: Node, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length))
    if (node !== undefined) return node.offset
  }
  return tree.offset
}

/** The offset of the key at a path. For a missing key, the offset of the nearest existing parent. */
function keyOffsetOf(tree: Node, path: readonly string[]): number {
  const node = findNodeAtLocation(tree, [...path])
  return node?.parent?.type === 'property' ? node.parent.offset : offsetOf(tree, path)
}

function place(text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n')
  return {line: before.length, column: (before.at(-1)?.length ?? 0) + 1}
}
