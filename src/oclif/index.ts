/**
 * Hooks that count the commands of an oclif CLI. They require `usage.project.json` beside the CLI's package.json; see
 * docs/library.md. The module does not load oclif and has no effect at import.
 */
import {oclifHooks} from './oclif-hooks.ts'

export {type OclifConfig, type OclifHooks, oclifHooks} from './oclif-hooks.ts'

/** The hooks with default options. */
export const {prerun, finish} = oclifHooks()
