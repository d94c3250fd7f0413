import type {HeaderColumn} from '../../protocol/header-columns.ts'

/** The words of a header by which runs are counted, and the value of the header that each of them is. */
export const columnOfWord = {
  version: 'version',
  system: 'os_name',
  scheduler: 'scheduler',
  application: 'application',
  ci: 'ci',
  readableSystem: 'os_readable',
} as const satisfies Readonly<Record<string, HeaderColumn>>
export type HeaderWord = keyof typeof columnOfWord
export const headerWords = Object.keys(columnOfWord) as readonly HeaderWord[]
