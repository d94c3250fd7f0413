import {closeSync, constants, readdirSync, readFileSync, readlinkSync} from 'node:fs'

interface Descriptor {
  readonly number: number
  readonly target: string
  /** The flags of open(2), including close-on-exec. */
  readonly flags: number
}

const closeOnExec = 0o2000000
/** At its start, Node.js sets close-on-exec on all descriptors up to this number. Source: libuv. */
const lastMarked = 15

/**
 * The descriptors above 2 that the caller passed to this process and that Node.js marked close-on-exec at its start.
 * The command must inherit them. Reads /proc; empty on other systems than Linux.
 *
 * Node's own descriptors are excluded: event queues, pipes to itself (both ends are open, and they are newer than its
 * first queue), and a null device opened for reading. The job server's pipe of make looks the same, so it is read from
 * MAKEFLAGS.
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
    // This system has no /proc.
  }
  return descriptors
}

/** Null if the descriptor is already closed, like that of the directory listing itself. */
function readDescriptor(name: string): Descriptor | null {
  try {
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'utf8'))?.[1] ?? '0'
    const target = readlinkSync(`/proc/self/fd/${name}`)
    return {number: Number(name), target, flags: Number.parseInt(flags, 8)}
  } catch {
    return null
  }
}

/** The `stdio` of a child: the standard streams, and each given descriptor under its own number. */
export function stdioWith(descriptors: readonly number[]): ('inherit' | 'ignore' | number)[] {
  const last = Math.max(2, ...descriptors)
  return Array.from({length: last + 1}, (_none, number) =>
    number <= 2 ? 'inherit' : descriptors.includes(number) ? number : 'ignore',
  )
}

/** Closes descriptors. Never throws. */
export function closeDescriptors(descriptors: readonly number[]): void {
  for (const descriptor of descriptors) {
    try {
      closeSync(descriptor)
    } catch {
      // It is already closed.
    }
  }
}
