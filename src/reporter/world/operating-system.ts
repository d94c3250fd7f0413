import {readFileSync} from 'node:fs'
import {release, type} from 'node:os'
import type {OperatingSystem} from '../../protocol/report/header.ts'

/** The operating system as far as it helps to decide what to support: the kernel's version by its first two numbers. */
export function readOperatingSystem(): OperatingSystem {
  return {
    name: type() || null,
    version: /^\d+(?:\.\d+)?/.exec(release())?.[0] ?? null,
    arch: process.arch,
    readable: readableName(),
  }
}

/** What /etc/os-release calls the system, for example `Debian GNU/Linux 12 (bookworm)`. */
function readableName(): string | null {
  try {
    const name = /^PRETTY_NAME=(?:"([^"]*)"|'([^']*)'|(\S*))$/m.exec(readFileSync('/etc/os-release', 'utf8'))
    return (name?.[1] ?? name?.[2] ?? name?.[3])?.slice(0, 128) || null
  } catch {
    return null
  }
}
