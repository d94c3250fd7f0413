import {round, type Tone} from './area.ts'

/**
 * What distinguishes the series of a chart besides their colours: a texture of areas, a dash and a point of lines. A
 * reader who sees no colours, and a print without them, still has it. Pure.
 */

/** Lines over a square of eight pixels, one for each place of a series. The first series is plain. */
const textures: readonly string[] = [
  '',
  'M-2 2L2-2M0 8L8 0M6 10L10 6',
  'M2 2h2M6 6h2',
  'M0 2H8M0 6H8',
  'M-2 6L2 10M0 0L8 8M6-2L10 2',
  'M2 0V8M6 0V8',
  'M0 4H8M4 0V8',
]

/** Attributes of an area of a series, and the pattern that they refer to. Both are SVG. */
export interface Fill {
  readonly attributes: string
  readonly pattern: string
}

/** How the area of a series is filled. `scope` is different for each drawing of a page. */
export function fillOf(place: number, tone: Tone, scope: string): Fill {
  const texture = textures[place % textures.length]!
  if (texture === '') return {attributes: `class="${tone}"`, pattern: ''}
  const id = `${scope}-${place}`
  const square = `<rect class="${tone}" width="8" height="8"/><path class="texture" d="${texture}"/>`
  return {
    attributes: `class="${tone}" fill="url(#${id})"`,
    pattern: `<pattern id="${id}" width="8" height="8" patternUnits="userSpaceOnUse">${square}</pattern>`,
  }
}

/** The part of ids for a drawing with a label: letters, digits and hyphens. */
export const scopeOf = (label: string, shape: string): string =>
  `${shape}-${label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`

const dashes: readonly string[] = ['', '7 4', '2 4', '10 3 2 3']

/** The attribute of the dash of a line. Empty for the first series, whose line is solid. */
export const dashOf = (place: number): string => {
  const dash = dashes[place % dashes.length]!
  return dash === '' ? '' : ` stroke-dasharray="${dash}"`
}

/** The opening of a point of a series at a position, without its end: a circle, a square, a triangle or a diamond. */
export function pointAt(place: number, x: number, y: number, className: string): string {
  const [across, down] = [round(x), round(y)]
  const path = (shape: string): string => `path class="${className}" d="M${across} ${down}${shape}Z"`
  const points = [
    `circle class="${className}" cx="${across}" cy="${down}" r="3.2"`,
    path('m-3-3h6v6h-6'),
    path('m0-4l4 7h-8'),
    path('m0-4.5l4.5 4.5l-4.5 4.5l-4.5-4.5'),
  ]
  return points[place % points.length]!
}
