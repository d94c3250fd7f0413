import {closeSync, readdirSync, readFileSync} from 'node:fs'

/**
 * Closes every descriptor above 2 that a child would inherit: a script's `flock 200` or `exec 20>&1` would otherwise
 * be held by the sender. Node's own descriptors are closed on exec by themselves, which is how the others are known.
 * Only for a process that is ours. Never throws.
 */
export function closeInheritedDescriptors(): void {
  const closeOnExec = 0o2000000
  for (const descriptor of listDescriptors()) {
    if (descriptor <= 2) continue
    try {
      const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1] ?? '0'
      if ((Number.parseInt(flags, 8) & closeOnExec) === 0) closeSync(descriptor)
    } catch {
      // The descriptor of the listing itself is gone by now.
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
