import {closeSync, fstatSync, openSync, readSync} from 'node:fs'

/** Bytes that are read at once: enough for the ids of one command. */
const poolBytes = 128

/**
 * Makes a source of random bytes, good enough for secrets: the system's own. Reads nothing yet.
 *
 * It reads `/dev/urandom` where that is the device: loading `node:crypto` costs a command a tenth of a bare Node.js.
 */
export function randomSource(path = '/dev/urandom'): (bytes: number) => Uint8Array {
  let pool: Uint8Array = new Uint8Array(0)
  return bytes => {
    if (bytes > poolBytes) return fromCrypto(bytes)
    if (pool.length < bytes) pool = readDevice(path) ?? fromCrypto(poolBytes)
    const taken = pool.slice(0, bytes)
    pool = pool.subarray(bytes)
    return taken
  }
}

const fromCrypto = (bytes: number): Uint8Array => process.getBuiltinModule('node:crypto').randomBytes(bytes)

/** Null where there is no such device, or something else in its place. */
function readDevice(path: string): Uint8Array | null {
  if (process.platform === 'win32') return null
  try {
    const device = openSync(path, 'r')
    try {
      const bytes = new Uint8Array(poolBytes)
      return fstatSync(device).isCharacterDevice() && readSync(device, bytes) === poolBytes ? bytes : null
    } finally {
      closeSync(device)
    }
  } catch {
    return null
  }
}
