import {existsSync, readFileSync, statSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {type Citation, readCitation} from '../../../dashboard/report/citation.ts'
import {UsageError} from '../../../errors.ts'
import {toPlainText} from '../../../protocol/values/plain-text.ts'

/** A citation file is a page of text; the largest that were seen have 20 kB. */
const maxBytes = 1_000_000

/** The path of `CITATION.cff` beside a project file, or null. */
export function citationBeside(projectFile: string): string | null {
  const path = join(dirname(projectFile), 'CITATION.cff')
  return existsSync(path) ? path : null
}

/** Reads a citation file. Throws USAGE_CITATION_INVALID if it is missing, too large or not YAML. */
export async function readCitationFile(path: string): Promise<Citation> {
  const citation = readCitation(await parseYaml(path, readText(path)))
  if (citation === null) throw invalid(path, 'it has no keys')
  return citation
}

function readText(path: string): string {
  try {
    if (statSync(path).size > maxBytes) throw invalid(path, `it has more than ${maxBytes} bytes`)
    return readFileSync(resolve(path), 'utf8')
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw invalid(path, (error as Error).message)
  }
}

/** Every scalar stays the text that it is in the file: version 1.10 is not 1.1. */
async function parseYaml(path: string, text: string): Promise<unknown> {
  const {parse} = await import('yaml')
  try {
    return parse(text, {schema: 'failsafe', logLevel: 'error'})
  } catch (error) {
    throw invalid(path, (error as Error).message.split('\n')[0]!)
  }
}

const invalid = (path: string, why: string): UsageError =>
  new UsageError('USAGE_CITATION_INVALID', `cannot read the citation file ${toPlainText(path)}: ${toPlainText(why)}`)
