import type {HeaderColumn} from '../../protocol/report/header-columns.ts'
import {type BreakdownRow, breakdowns} from './breakdowns.ts'

/** The header values by which runs are counted: those of the breakdowns, and CI. */
export type HeaderWord = BreakdownRow['breakdown']['word'] | 'ci'

/** The header column of each word. */
export const columnOfWord = Object.fromEntries([
  ['ci', 'ci'],
  ...breakdowns.map(({breakdown: {word, column}}) => [word, column]),
]) as Readonly<Record<HeaderWord, HeaderColumn>>
export const headerWords = Object.keys(columnOfWord) as readonly HeaderWord[]

/** A number for each word. */
export const numberOfWords = (numberOf: (word: HeaderWord) => number): Readonly<Record<HeaderWord, number>> =>
  Object.fromEntries(headerWords.map(word => [word, numberOf(word)])) as Record<HeaderWord, number>
