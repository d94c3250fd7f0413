import {readFileSync} from 'node:fs'

/** Reads the lines of strace's output. Octal escapes of UTF-8 bytes are decoded. */
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
