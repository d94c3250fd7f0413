import type {Tone} from '../charts/area.ts'

/** The colours of the series of one chart, in their order. The rest of what is counted is grey. */
export const tones: readonly Tone[] = ['blue', 'orange', 'green', 'purple', 'gold', 'teal']
