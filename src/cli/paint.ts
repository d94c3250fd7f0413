import {Chalk, supportsColor, supportsColorStderr} from 'chalk'

/** How a text is marked for people: 16 colours at most, none where the output is not a terminal or `NO_COLOR` is set. */
export interface Paint {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  cyan(text: string): string
}

/** The paint for one of the two outputs of this process. */
export function paintFor(output: NodeJS.WriteStream): Paint {
  const support = output === process.stderr ? supportsColorStderr : supportsColor
  const isColoured = support !== false && (process.env['NO_COLOR'] ?? '') === ''
  return new Chalk({level: isColoured ? 1 : 0})
}
