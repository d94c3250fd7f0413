import type {Surroundings} from '../shell/surroundings.ts'

/** What a client carries with it, so that it needs nothing but its language. */
export interface ClientContent extends Surroundings {
  /** The notice up to where the path of the opt-out file stands: the client knows it only where it runs. */
  readonly noticeText: string
  /** The CI systems of `ciConditions` as data: a short id and signs that all have to be there. */
  readonly ciVendors: readonly {readonly id: string; readonly signs: readonly unknown[]}[]
  /** The version of this program: with the name of the language it is what reports say of their maker. */
  readonly version: string
}
