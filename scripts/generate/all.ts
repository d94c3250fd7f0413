import {generateCommandsPage} from './commands-page.ts'
import {generateErrorsPage} from './errors-page.ts'
import {generateManifest} from './manifest.ts'
import {generateSchemas} from './schemas.ts'
import {generateStatsPage} from './stats-page.ts'

/** Every file that is made from code: path in the repository → content. */
export async function generateAll(): Promise<Map<string, string>> {
  return new Map([
    ...generateSchemas(),
    ...generateErrorsPage(),
    ...(await generateManifest()),
    ...generateCommandsPage(),
    ...generateStatsPage(),
  ])
}
