import {readFileSync} from 'node:fs'

/** Reads the lines that strace has written. It writes bytes beyond ASCII as octal numbers: here they are characters. */
export function readTrace(path: string): string[] {
  const text = readFileSync(path, 'utf8').trim()
  const decoded = text.replace(/(?:\\[23][0-7]{2})+/g, bytes =>
    Buffer.from(
      bytes
        .split('\\')
        .slice(1)
        .map(octal => Number.parseInt(octal, 8)),
    ).toString(),
  )
  return decoded.split('\n')
}
