import assert from 'node:assert/strict'
import {suite, test} from 'node:test'
import {papers, tones} from '../../../src/dashboard/parts/style.ts'

type Tone = keyof typeof tones
type Triple = readonly [number, number, number]

/** The series that one chart may have: outcomes, versions over time, percentiles. */
const together: readonly (readonly Tone[])[] = [
  ['green', 'red', 'orange', 'gold', 'blue', 'grey'],
  ['blue', 'orange', 'green', 'purple', 'gold', 'teal', 'grey'],
  ['blue', 'purple', 'orange'],
]

/** Rows of the matrices of Machado, Oliveira and Fernandes (2009) for readers without one kind of cone. */
const visions: Readonly<Record<string, readonly Triple[]>> = {
  'all colours': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

const linear = (hex: string): Triple =>
  [1, 3, 5].map(at => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as unknown as Triple

const times = (row: Triple, value: Triple): number => row.reduce((sum, one, index) => sum + one * value[index]!, 0)

const luminance = (hex: string): number => times([0.2126, 0.7152, 0.0722], linear(hex))

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** CIE L*a*b* of a colour as a reader sees it. */
function seen(hex: string, vision: readonly Triple[]): Triple {
  const value = vision.map(row => Math.min(1, Math.max(0, times(row, linear(hex))))) as unknown as Triple
  const root = (one: number): number => (one > 0.008856 ? Math.cbrt(one) : 7.787 * one + 16 / 116)
  const x = root(times([0.4124, 0.3576, 0.1805], value) / 0.95047)
  const y = root(times([0.2126, 0.7152, 0.0722], value))
  const z = root(times([0.0193, 0.1192, 0.9505], value) / 1.08883)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

suite('the colours of charts', () => {
  for (const mode of ['light', 'dark'] as const) {
    test(`it has a contrast of at least 3 on every paper, ${mode}`, () => {
      for (const [name, tone] of Object.entries(tones))
        for (const paper of papers[mode])
          assert.ok(contrast(tone[mode], paper) >= 3, `${name} on ${paper}: ${contrast(tone[mode], paper)}`)
    })

    for (const [name, vision] of Object.entries(visions))
      test(`it lets readers with ${name} distinguish the series of a chart, ${mode}`, () => {
        for (const series of together)
          for (const [index, one] of series.entries())
            for (const other of series.slice(index + 1)) {
              const [a, b] = [seen(tones[one][mode], vision), seen(tones[other][mode], vision)]
              const difference = Math.hypot(...a.map((value, place) => value - b[place]!))
              assert.ok(difference >= 15, `${one} and ${other}: ${difference.toFixed(1)}`)
            }
      })
  }
})
