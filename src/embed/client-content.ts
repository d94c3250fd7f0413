import type {ProjectFile} from '../protocol/project-file.ts'

/** What a client carries with it, so that it needs nothing but its language. */
export interface ClientContent {
  readonly project: ProjectFile
  /** The notice up to where the path of the opt-out file stands: the client knows it only where it runs. */
  readonly noticeText: string
  /** CI systems: a short id and signs that all have to be there. */
  readonly ciVendors: readonly {readonly id: string; readonly signs: readonly unknown[]}[]
  /** The same as conditions in the words of `test`, each with its id. */
  readonly ciConditions: readonly (readonly [condition: string, id: string])[]
  /** Variables of batch systems with their names, and those that say an MPI rank: the first that is set counts. */
  readonly schedulers: readonly (readonly [variable: string, name: string])[]
  readonly rankVariables: readonly string[]
  /** The version of this program: with the name of the language it is what reports say of their maker. */
  readonly version: string
}
