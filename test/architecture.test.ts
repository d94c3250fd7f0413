import assert from 'node:assert/strict'
import {existsSync, readFileSync} from 'node:fs'
import {dirname, posix} from 'node:path'
import {test} from 'node:test'
import {type Import, importsOf} from './support/imports-of.ts'
import {filesUnder, repositoryPath} from './support/repository.ts'

const read = (path: string): string => readFileSync(repositoryPath(path), 'utf8')
const modules = filesUnder('src', '.ts')
const imports = new Map(modules.map(path => [path, importsOf(read(path))]))

/** The part of the program that a module belongs to: the folder under src, or the name of a module beside them. */
const partOf = (path: string): string => path.split('/')[1]!

/** Which parts a part may import besides itself. `errors.ts`, its registry and `fault-points.ts` are leaves that everybody may import. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  'error-registry.ts': [],
  'errors.ts': [],
  'fault-points.ts': [],
  protocol: [],
  // The builds put it in place of larger modules: no module of src imports it.
  lean: [],
  shell: ['protocol'],
  embed: ['protocol', 'shell'],
  reporter: ['protocol'],
  stats: ['protocol'],
  collector: ['protocol', 'stats'],
  dashboard: ['protocol', 'stats'],
  cli: ['protocol', 'reporter', 'collector', 'stats', 'dashboard', 'shell', 'embed'],
  commands: ['protocol', 'reporter', 'collector', 'stats', 'dashboard', 'shell', 'embed', 'cli'],
  'index.ts': ['protocol', 'reporter'],
  oclif: ['protocol', 'reporter'],
}

/** What everybody may import: no part of its own. */
const leaves = ['error-registry.ts', 'errors.ts', 'fault-points.ts']

/**
 * The rooms of each hall, in order: a room may import itself and the rooms after it. Rooms of one row stand on one floor.
 * A module that stands in the hall itself has a row of its own, by its name without `.ts`.
 */
const rooms: Readonly<Record<string, readonly string[]>> = {
  'src/protocol': ['index', 'policy', 'project', 'report', 'durations', 'values'],
  'src/reporter': [
    'program',
    'reporter',
    'person',
    'sender',
    'record',
    'reports',
    'forget',
    'consent',
    'projects',
    'destination',
    'transports',
    'identity',
    'world',
  ],
  'src/cli': ['lanes', 'framework', 'setup', 'doctor', 'text', 'maintain', 'run', 'arguments', 'output'],
  'src/collector': [
    'index',
    'collector',
    'receive',
    'upkeep',
    'backup',
    'history',
    'demo',
    'compat',
    'reading',
    'intake',
    'store',
    'access',
    'monitoring',
    'limits',
  ],
  'src/collector/store': [
    'open',
    'spool',
    'sqlite',
    'clickhouse',
    'rules',
    'people',
    'place',
    'store',
    'parts',
    'totals',
  ],
  'src/collector/store/clickhouse': ['clickhouse', 'purge', 'held', 'moving', 'write', 'facts', 'tables', 'client'],
  'src/collector/store/sqlite': [
    'sqlite',
    'source',
    'copy',
    'held',
    'export',
    'moving',
    'purge',
    'pending',
    'facts',
    'totals',
    'columns',
    'write',
    'tables',
  ],
  'src/stats': ['write', 'public', 'answer', 'model'],
  'src/dashboard': ['publish', 'site', 'report', 'pages', 'parts', 'figures', 'charts'],
}

/** The most modules that stand side by side in a folder. A command has a file each. */
const mostModules = 15
const flatFolders = ['src/commands']

/** The only modules that may import a package, by pattern. A package without a door may be imported nowhere. */
const doors: Readonly<Record<string, RegExp>> = {
  got: /^src\/reporter\/transports\/http\.ts$/,
  conf: /^src\/reporter\/consent\/settings\.ts$/,
  'node-machine-id': /^src\/reporter\/world\/machine-id\.ts$/,
  'ci-info': /^src\/reporter\/world\/ci\.ts$/,
  '@clickhouse/client': /^src\/collector\/store\/clickhouse\/client\/load-client\.ts$/,
  'node:sqlite': /^src\/collector\/store\/sqlite\//,
  'prom-client': /^src\/collector\/monitoring\/metrics\.ts$/,
  pino: /^src\/collector\/monitoring\/write-log\.ts$/,
  fastify: /^src\/collector\/receive\/http\/server\.ts$/,
  '@fastify/rate-limit': /^src\/collector\/receive\/http\/guard\//,
  '@oclif/core': /^src\/(?:cli\/framework|commands)\//,
  chalk: /^src\/(?:cli|commands)\//,
  valibot: /^src\/(?:protocol|collector|reporter|stats|cli)\//,
  yaml: /^src\/cli\/maintain\/report\/read-citation\.ts$/,
  'jsonc-parser': /^src\/(?:cli|protocol|reporter)\//,
}
/** Where the types of a package may be imported besides. */
const typeDoors: Readonly<Record<string, RegExp>> = {fastify: /^src\/collector\//}

const isRelative = ({specifier}: Import): boolean => specifier.startsWith('.')
const targetOf = (path: string, {specifier}: Import): string => posix.join(posix.dirname(path), specifier)
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

test('reads static, dynamic, type and re-exporting imports', () => {
  const source = `
    import a from './a.ts'
    import {type B, b} from "./b.ts"
    import type {C} from './c.ts'
    import './d.ts'
    export * from './e.ts'
    export {f} from './f.ts'
    const g = await import('./g.ts')
    type H = import('./h.ts').H
    // import './not-1.ts'
    /* import './not-2.ts' */
    const text = "import './not-3.ts'"
    export type {I} from './i.ts'
    import {
      j,
    } from './j.ts'
  `
  const found = importsOf(source).map(({specifier, kind}) => `${specifier.slice(2, -3)} ${kind}`)
  const types = ['c type', 'h type', 'i type']
  assert.deepEqual(
    found.sort(),
    ['a static', 'b static', 'd static', 'e static', 'f static', 'g dynamic', 'j static', ...types].sort(),
  )
})

test('has modules, and each of them imports only what exists', () => {
  assert.ok(modules.length > 10)
  for (const [path, found] of imports)
    for (const one of found.filter(isRelative))
      assert.ok(existsSync(repositoryPath(targetOf(path, one))), `${path} imports ${one.specifier}`)
})

test('has no other arrow than commands → cli → reporter | collector | stats | dashboard → protocol', () => {
  for (const [path, found] of imports) {
    const allowed = arrows[partOf(path)]
    assert.ok(allowed, `${path} belongs to no part of the program`)
    for (const one of found.filter(isRelative)) {
      const part = partOf(targetOf(path, one))
      const isAllowed = part === partOf(path) || leaves.includes(part) || allowed.includes(part)
      assert.ok(isAllowed, `${path} imports ${one.specifier}: ${partOf(path)} → ${part}`)
    }
  }
})

test('keeps the protocol pure: it reaches nothing of Node.js but SHA-256', () => {
  const builtIn = [...imports]
    .filter(([path]) => partOf(path) === 'protocol')
    .flatMap(([path, found]) =>
      found.filter(one => one.specifier.startsWith('node:')).map(one => [path, one.specifier]),
    )
  assert.deepEqual(builtIn, [['src/protocol/values/sha256.ts', 'node:crypto']])
})

test('lets a room import itself and the rooms after it, and no other', () => {
  for (const [hall, order] of Object.entries(rooms)) {
    const floorOf = (path: string): number =>
      order.indexOf(
        path
          .slice(hall.length + 1)
          .split('/')[0]!
          .replace(/\.ts$/, ''),
      )
    const inHall = modules.filter(path => path.startsWith(`${hall}/`))
    for (const path of inHall) {
      assert.notEqual(floorOf(path), -1, `${path} is in no room of ${hall}`)
      for (const one of (imports.get(path) ?? []).filter(isRelative)) {
        const target = targetOf(path, one)
        const isDown = !target.startsWith(`${hall}/`) || floorOf(path) <= floorOf(target)
        assert.ok(isDown, `${path} imports ${one.specifier}, which is a room before it`)
      }
    }
    for (const room of order)
      assert.ok(
        inHall.some(path => floorOf(path) === order.indexOf(room)),
        `${hall}/${room} is empty`,
      )
  }
})

/** The rows of a hall's table in docs/architecture.md: room and door. */
function doorsOf(hall: string): (readonly [room: string, door: string])[] {
  const section = read('docs/architecture.md').split(`### \`${hall}\`\n`)[1]?.split('\n#')[0] ?? ''
  return [...section.matchAll(/^\| `([\w-]+)` \| `([\w./-]+)` \|/gm)].map(([, room = '', door = '']) => [room, door])
}

test('describes every room in docs/architecture.md, in order, by a door that says what the room promises', () => {
  for (const [hall, order] of Object.entries(rooms)) {
    const described = doorsOf(hall)
    assert.deepEqual(
      described.map(([room]) => room),
      order,
      hall,
    )
    for (const [room, door] of described) {
      const path = [`${hall}/${room}/${door}`, `${hall}/${door}`].find(one => modules.includes(one))
      assert.ok(path, `${hall}: the door of ${room} is ${door}, which does not exist`)
      const [comment = ''] = /^\/\*\*\n(?: \*.*\n){4,} \*\//.exec(read(path)) ?? []
      assert.ok(comment, `${path} does not begin with a comment about its room`)
    }
  }
})

test(`has at most ${mostModules} modules side by side`, () => {
  const folders = Map.groupBy(modules, path => dirname(path))
  for (const [folder, inside] of folders)
    if (!flatFolders.includes(folder)) assert.ok(inside.length <= mostModules, `${folder} has ${inside.length} modules`)
})

test('lets each dependency in by one door', () => {
  for (const [path, found] of imports)
    for (const {specifier, kind} of found.filter(one => !isRelative(one))) {
      const name = packageOf(specifier)
      const door = doors[name]
      const isByType = kind === 'type' && typeDoors[name]?.test(path)
      if (door === undefined) assert.match(name, /^node:/, `${path} imports ${name}, which has no door`)
      else assert.ok(isByType || door.test(path), `${path} imports ${name} by another door`)
    }
})

test('declares each dependency that has a door, and no other', () => {
  const {dependencies, peerDependencies} = JSON.parse(read('package.json'))
  assert.deepEqual(
    Object.keys({...dependencies, ...peerDependencies}).sort(),
    Object.keys(doors)
      .filter(name => !name.startsWith('node:'))
      .sort(),
  )
})

test('has no cycles', () => {
  const state = new Map<string, 'open' | 'done'>()
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return
    assert.notEqual(state.get(path), 'open', `a cycle: ${[...trail, path].join(' → ')}`)
    state.set(path, 'open')
    for (const one of imports.get(path) ?? []) if (isRelative(one)) visit(targetOf(path, one), [...trail, path])
    state.set(path, 'done')
  }
  for (const path of modules) visit(path, [])
})

test('loads no heavy dependency when a program imports the library', () => {
  const reached = new Set<string>()
  const visit = (path: string): void => {
    if (reached.has(path)) return
    reached.add(path)
    for (const one of imports.get(path) ?? []) {
      if (one.kind !== 'static') continue
      if (isRelative(one)) visit(targetOf(path, one))
      else
        for (const heavy of [
          'got',
          'conf',
          '@oclif/core',
          'node-machine-id',
          'chalk',
          'fastify',
          'node:sqlite',
          'yaml',
        ])
          assert.notEqual(packageOf(one.specifier), heavy, `src/index.ts reaches ${heavy} by ${path}`)
    }
  }
  visit('src/index.ts')
  assert.ok(reached.size > 3)
})

const lines = (path: string): string[] => read(path).trimEnd().split('\n')

test('keeps commands within 80 lines and modules within 300, or says why on line one', () => {
  for (const path of modules) {
    const most = partOf(path) === 'commands' ? 80 : 300
    const isExplained = most === 300 && /^\/\/ .*\blines\b/.test(lines(path)[0] ?? '')
    assert.ok(
      lines(path).length <= most || isExplained,
      `${path} has ${lines(path).length} lines, wanted ${most} at most`,
    )
  }
})

test('names modules in kebab-case after what they export, and none of them helpers', () => {
  for (const path of modules) {
    assert.match(path, /^src(?:\/[a-z0-9]+(?:-[a-z0-9]+)*)+\.ts$/)
    assert.doesNotMatch(path, /\b(?:utils?|helpers?|managers?|misc|common)\b/)
  }
})

test('has the doors open onto modules that exist', () => {
  const folders = new Set(modules.map(path => dirname(path)))
  assert.ok(folders.has('src/commands'))
  for (const [name, door] of Object.entries(doors))
    assert.ok(
      modules.some(path => door.test(path)),
      `${name} has a door to nowhere`,
    )
})
