import {findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode} from 'jsonc-parser'
import {formatProblem} from '../protocol/problem.ts'
import {collectionVersion, parseProjectFile} from '../protocol/project-file.ts'

/** What the check of a project file found. `project` and `version` are null while there are problems. */
export interface ProjectCheck {
  readonly project: string | null
  readonly version: string | null
  /** Lines and columns from 1. */
  readonly problems: readonly {readonly line: number; readonly column: number; readonly message: string}[]
}

/** Checks the text of a project file; each problem is shown where it stands in the text. Pure. */
export function checkProjectText(text: string): ProjectCheck {
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, {disallowComments: true})
  if (errors.length > 0 || tree === undefined)
    return failed(
      errors.map(({error, offset}) => ({offset, message: `wanted JSON: ${printParseErrorCode(error)}`})),
      text,
    )
  const parsed = parseProjectFile(JSON.parse(text))
  if (!parsed.ok) {
    return failed(
      parsed.problems.map(problem => ({offset: offsetOf(tree, problem.path), message: formatProblem(problem)})),
      text,
    )
  }
  return {project: parsed.value.project, version: collectionVersion(parsed.value), problems: []}
}

function failed(found: readonly {offset: number; message: string}[], text: string): ProjectCheck {
  const problems = found.length > 0 ? found : [{offset: 0, message: 'wanted JSON, got nothing'}]
  return {
    project: null,
    version: null,
    problems: problems.map(({offset, message}) => ({...place(text, offset), message})),
  }
}

/** Where the value stands that a path leads to; for a missing one, where what should hold it begins. */
function offsetOf(tree: Node, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length))
    if (node !== undefined) return node.offset
  }
  return tree.offset
}

function place(text: string, offset: number): {line: number; column: number} {
  const before = text.slice(0, offset).split('\n')
  return {line: before.length, column: (before.at(-1)?.length ?? 0) + 1}
}
