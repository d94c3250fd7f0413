import {Chalk, supportsColor, supportsColorStderr} from 'chalk'
import type {Paint} from '../../stats/write/text/paint.ts'

export type {Paint}

/** The paint for stdout or stderr: no colours if it is not a terminal or `NO_COLOR` is set. */
export function paintFor(output: NodeJS.WriteStream): Paint {
  const support = output === process.stderr ? supportsColorStderr : supportsColor
  const isColoured = support !== false && (process.env['NO_COLOR'] ?? '') === ''
  return new Chalk({level: isColoured ? 1 : 0})
}
