import type {Tone} from './area.ts'

/** Draws shares of 1 as the parts of one bar that fills its cell. The numbers are beside it as text. Pure. */
export function drawBar(parts: readonly {readonly tone: Tone; readonly share: number}[]): string {
  let from = 0
  const rectangles = parts.map(({tone, share}) => {
    const x = from
    from += share
    return share === 0 ? '' : `<rect class="${tone}" x="${percent(x)}" width="${percent(share)}" height="100%"/>`
  })
  return `<svg class="bar" aria-hidden="true">${rectangles.join('')}</svg>`
}

const percent = (share: number): string => `${Math.round(share * 10_000) / 100}%`
