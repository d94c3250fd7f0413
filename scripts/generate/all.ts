import {generateClickHouseTables} from './clickhouse-tables.ts'
import {generateCommandsPage} from './commands-page.ts'
import {generateCompletions} from './completions.ts'
import {generateErrorsPage} from './errors-page.ts'
import {generateManPage} from './man-page.ts'
import {generateManifest} from './manifest.ts'
import {generateOpenapi} from './openapi.ts'
import {generateSchemas} from './schemas.ts'
import {generateStatsPage} from './stats-page.ts'

/** Generates all files: path in the repository → content. Needs dist/. */
export async function generateAll(): Promise<Map<string, string>> {
  const schemas = generateSchemas()
  return new Map([
    ...schemas,
    ...generateOpenapi(schemas),
    ...generateErrorsPage(),
    ...(await generateManifest()),
    ...generateCommandsPage(),
    ...generateCompletions(),
    ...generateManPage(),
    ...generateStatsPage(),
    ...generateClickHouseTables(),
  ])
}
