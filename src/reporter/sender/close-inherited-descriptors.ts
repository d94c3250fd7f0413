import {closeSync, readdirSync, readFileSync} from 'node:fs'

/**
 * Closes all descriptors above 2 that a child would inherit. Otherwise, the sender would hold a script's `flock 200` or
 * `exec 20>&1`. Node's own descriptors are close-on-exec and stay open. Call it only in a process of `usage`, not in a
 * host program. Reads /proc; does nothing on other systems than Linux. Never throws.
 */
export function closeInheritedDescriptors(): void {
  const closeOnExec = 0o2000000
  for (const descriptor of listDescriptors()) {
    if (descriptor <= 2) continue
    try {
      const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1] ?? '0'
      if ((Number.parseInt(flags, 8) & closeOnExec) === 0) closeSync(descriptor)
    } catch {
      // The descriptor of the directory listing itself is already closed.
    }
  }
}

function listDescriptors(): number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number)
  } catch {
    return []
  }
}
