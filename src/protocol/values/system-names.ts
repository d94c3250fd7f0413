/** Names of kernels, as programs report them, and the names under which people know the systems. */
const shown: Readonly<Record<string, string>> = {Darwin: 'macOS', Windows_NT: 'Windows'}

/** The name of an operating system for people. Pure. */
export const shownSystem = (name: string): string => (Object.hasOwn(shown, name) ? shown[name]! : name)

/** The name that programs report for a system that a person named. Pure. */
export const reportedSystem = (name: string): string =>
  Object.keys(shown).find(one => shown[one]!.toLowerCase() === name.toLowerCase()) ?? name
