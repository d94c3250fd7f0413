/**
 * Hooks by which a CLI made with oclif counts its commands: `usage.project.json` beside the CLI's package.json, and two
 * hooks there; docs/library.md shows it. Loads nothing of oclif itself; nothing happens at import.
 */
import {oclifHooks} from './oclif-hooks.ts'

export {type OclifConfig, type OclifHooks, oclifHooks} from './oclif-hooks.ts'

/** The hooks of a CLI that says no more than its package.json does. */
export const {prerun, finish} = oclifHooks()
