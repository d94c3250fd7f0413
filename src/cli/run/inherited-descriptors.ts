import {closeSync, constants, readdirSync, readFileSync, readlinkSync} from 'node:fs'

interface Descriptor {
  readonly number: number
  readonly target: string
  /** As open(2) has them, close-on-exec included. */
  readonly flags: number
}

const closeOnExec = 0o2000000
/** Node.js marks them up to here, whatever is open; what it opens after its start comes later. Source: libuv. */
const lastMarked = 15

/**
 * The descriptors above 2 that our caller has given us and that Node.js, at its start, has marked not to be passed on: a
 * command that we run must get them all the same. Linux alone; elsewhere none is known.
 *
 * What is Node's own is known by what it is: its event queues, the pipes to itself, of which it has both ends and which
 * it has made after its first queue, and a null device that it reads. The pipe of make's job server is named by make.
 */
export function readWithheldDescriptors(): number[] {
  const all = listDescriptors()
  const queues = all.filter(one => one.target === 'anon_inode:[eventpoll]').map(one => one.number)
  const firstOwn = Math.min(...queues)
  const jobServer = /--jobserver-(?:auth|fds)=(\d+),(\d+)/.exec(process.env['MAKEFLAGS'] ?? '')?.slice(1) ?? []
  const isOwnPipe = ({number, target}: Descriptor): boolean =>
    target.startsWith('pipe:') &&
    number > firstOwn &&
    !jobServer.includes(String(number)) &&
    all.filter(one => one.target === target).length > 1
  return all
    .filter(one => one.number > 2 && one.number <= lastMarked && (one.flags & closeOnExec) !== 0)
    .filter(one => !one.target.startsWith('anon_inode:') && !isOwnPipe(one) && !isNullInput(one))
    .map(one => one.number)
}

const isNullInput = ({target, flags}: Descriptor): boolean =>
  target === '/dev/null' && (flags & (constants.O_WRONLY | constants.O_RDWR)) === 0

function listDescriptors(): Descriptor[] {
  const descriptors: Descriptor[] = []
  try {
    for (const name of readdirSync('/proc/self/fd')) {
      const one = readDescriptor(name)
      if (one !== null) descriptors.push(one)
    }
  } catch {
    // There is no such folder on this system.
  }
  return descriptors
}

/** Null: it is closed by now, as that of the listing itself is. */
function readDescriptor(name: string): Descriptor | null {
  try {
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'utf8'))?.[1] ?? '0'
    const target = readlinkSync(`/proc/self/fd/${name}`)
    return {number: Number(name), target, flags: Number.parseInt(flags, 8)}
  } catch {
    return null
  }
}

/** What a child is given: our own three, and the others each under its number. */
export function stdioWith(descriptors: readonly number[]): ('inherit' | 'ignore' | number)[] {
  const last = Math.max(2, ...descriptors)
  return Array.from({length: last + 1}, (_none, number) =>
    number <= 2 ? 'inherit' : descriptors.includes(number) ? number : 'ignore',
  )
}

/** Closes descriptors; one that is closed already stays so. */
export function closeDescriptors(descriptors: readonly number[]): void {
  for (const descriptor of descriptors) {
    try {
      closeSync(descriptor)
    } catch {
      // It is closed.
    }
  }
}
