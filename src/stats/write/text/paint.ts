/** Emphasis for terminal text. The command line passes chalk; a file gets plain text. */
export interface Paint {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  cyan(text: string): string
}

const asItIs = (text: string): string => text

/** Adds no emphasis. */
export const plainPaint: Paint = {bold: asItIs, dim: asItIs, red: asItIs, green: asItIs, yellow: asItIs, cyan: asItIs}
