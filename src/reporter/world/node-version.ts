/** The oldest Node.js that records, as [major, minor]: the same as in `engines` of package.json. */
export const oldestNode: readonly [major: number, minor: number] = [22, 13]

/** Whether a Node.js is too old to record. Pure. */
export function isNodeTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor, oldestMinor] = oldestNode
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor)
}
