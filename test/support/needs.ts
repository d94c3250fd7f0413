import {spawnSync} from 'node:child_process'
import {accessSync, constants, statSync} from 'node:fs'
import {join} from 'node:path'
import {isInstalled} from '../clickhouse/servers/installation.ts'
import {systemPath} from './isolated-home.ts'
import {repositoryPath} from './repository.ts'

/** Tools that some tests need besides Node.js and a POSIX system, each with its Debian packages, or null. */
export const tools = {
  bash: 'bash',
  busybox: 'busybox',
  caddy: 'caddy',
  clang: 'clang',
  'clang-format': 'clang-format',
  chromium: 'chromium',
  cmake: 'cmake',
  curl: 'curl',
  dash: 'dash',
  flock: 'util-linux',
  'g++': 'g++',
  gcc: 'gcc libc6-dev',
  gfortran: 'gfortran',
  groff: 'groff-base',
  haproxy: 'haproxy',
  ip: 'iproute2',
  ksh93: 'ksh',
  make: 'make',
  mksh: 'mksh',
  mypy: 'mypy',
  nginx: 'nginx',
  'octave-cli': 'octave',
  openssl: 'openssl',
  prlimit: 'util-linux',
  ps: 'procps',
  python3: 'python3',
  script: 'bsdutils',
  setpriv: 'util-linux',
  shellcheck: 'shellcheck',
  shfmt: 'shfmt',
  snakemake: 'snakemake',
  soffice: 'libreoffice-calc-nogui',
  sqlite3: 'sqlite3',
  'ssh-keygen': 'openssh-client',
  strace: 'strace',
  'systemd-analyze': 'systemd',
  unshare: 'util-linux',
  zsh: 'zsh',
  'numpy for python3': 'python3-numpy',
  'the fuzzer of clang': 'libclang-rt-dev',
  'pip, setuptools and wheel for python3': 'python3-pip python3-setuptools python3-wheel',
  Rscript: 'r-base-core',
  root: null,
  'a clone that other users can read': null,
  'a ClickHouse server': null,
} as const
export type Tool = keyof typeof tools

/** Tools that take a minute to install: tests that need them may be skipped everywhere. */
export const slowToInstall: readonly Tool[] = ['snakemake', 'soffice']

/** Fails if clang has no library of its fuzzer. */
const findFuzzer = 'test -e "$(clang --print-file-name=libclang_rt.fuzzer-$(uname -m).a)"'

/** Checks that a tool works here. Without one, it is enough that the program exists. */
const probes: Partial<Record<Tool, () => boolean>> = {
  gcc: () => succeeds('gcc', '-E', '-include', 'stdio.h', '-x', 'c', '/dev/null'),
  strace: () => succeeds('strace', '-f', '-qq', '-o', '/dev/null', 'true'),
  unshare: () => succeeds('unshare', '-Urmnpf', '--mount-proc', 'true'),
  'the fuzzer of clang': () => hasTool('clang') && succeeds('sh', '-c', findFuzzer),
  'numpy for python3': () => hasTool('python3') && succeeds('/usr/bin/python3', '-c', 'import numpy'),
  'pip, setuptools and wheel for python3': () =>
    hasTool('python3') && succeeds('/usr/bin/python3', '-c', 'import setuptools, wheel, pip'),
  root: () => process.getuid?.() === 0,
  'a ClickHouse server': isInstalled,
  'a clone that other users can read': () =>
    !(hasTool('setpriv') && hasTool('root')) ||
    [process.execPath, repositoryPath('bin', 'run.js')].every(path =>
      succeeds('setpriv', '--reuid', '54321', '--regid', '54321', '--clear-groups', 'test', '-r', path),
    ),
}

/** The needs of a test that runs a program of the clone as another user. */
export const droppingPrivileges = ['setpriv', 'root', 'a clone that other users can read'] as const

const known = new Map<Tool, boolean>()

/**
 * The options of a test that needs tools: it is skipped where one is missing, and the reason names it. With
 * `USAGE_TEST_ALL` in the environment this throws instead, so that the test file fails, unless the tool is slow to install.
 */
export function needs(...required: readonly Tool[]): {readonly skip?: string} {
  const missing = [...new Set(required)].filter(tool => !hasTool(tool))
  if (missing.length === 0) return {}
  const reason = `needs ${missing.join(', ')}`
  const mayBeMissing = missing.every(tool => slowToInstall.includes(tool))
  if (process.env['USAGE_TEST_ALL'] && !mayBeMissing)
    throw new Error(`USAGE_TEST_ALL allows no skipped test, and a test ${reason}.`)
  return {skip: reason}
}

/** Whether a tool can be used here. One whose name has blanks is no program, and has a probe. */
export function hasTool(tool: Tool): boolean {
  const isKnown = known.get(tool)
  if (isKnown !== undefined) return isKnown
  const isFound = (tools[tool] === null || tool.includes(' ') || isOnPaths(tool)) && (probes[tool]?.() ?? true)
  known.set(tool, isFound)
  return isFound
}

/** Programs of administrators, such as nginx, are here. A test starts them by their path. */
export const administratorsPath = '/usr/sbin'

/** A test may start a program itself or from an isolated home. */
const isOnPaths = (program: string): boolean =>
  [process.env['PATH'] ?? '', systemPath].every(path =>
    [...path.split(':'), administratorsPath].some(folder => isProgram(join(folder, program))),
  )

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

const succeeds = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args, {stdio: 'ignore'}).status === 0
