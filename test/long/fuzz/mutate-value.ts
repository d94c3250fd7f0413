import type {Chance} from './mutate.ts'

const long = (text: string, times: number): string => text.repeat(times)

/** Values that have broken parsers, stores or pages. None has a lone surrogate: text that JSON cannot write is made later. */
const hostile: readonly (() => unknown)[] = [
  ...[null, true, false, 0, -0, -1, 0.1, 1e21, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53, 2 ** 53 + 2, 2 ** 63],
  ...['', ' ', '0', 'null', '[object Object]', '\u0000', '\u001b[31m\u0007', '\u202eevil', '\ufeff', '\u2028'],
  ...[
    '🧪',
    'e\u0301',
    '<script>alert(1)</script>',
    '" onload="alert(1)',
    ']]>',
    '=cmd()',
    '|`${x}`',
    "'; DROP TABLE runs--",
  ],
  ...['../../etc/passwd', '%00', '(other)', 'constructor', '__proto__', 'toString', 'NaN', 'Infinity', '-0'],
  ...['2026-02-30T00:00:00Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z', '1970-01-01T00:00:00Z'],
  ...['+275760-09-13T00:00:00Z', '2026-11-22T24:00:00Z', '2026-06-30T23:59:60Z', '2026-11-22t10:00:00z', '2000-01-01'],
]
  .map(value => () => value)
  .concat([
    () => [],
    () => ({}),
    () => [[[[[[]]]]]],
    () => ({a: {b: {c: {d: {e: {}}}}}}),
    () => JSON.parse('{"__proto__": {"type": "start"}, "constructor": {"prototype": 1}}'),
    () => long('x', 257),
    () => long('é', 9_000),
    () => long('\u0001', 1_400),
    () => Array.from({length: 700}, () => 0),
    () => Object.fromEntries(Array.from({length: 66}, (_, index) => [`f${index}`, index])),
    () => JSON.parse(`${long('[', 3_000)}${long(']', 3_000)}`),
  ])

/** The values of a JSON text that others can replace, each with how to reach it. */
function placesIn(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null || found.length > 2_000) return found
  for (const key of Object.keys(value)) {
    const holder = value as Record<string, unknown>
    found.push({holder, key})
    // A value of thousands of levels is not looked into.
    if (found.length < 500) placesIn(holder[key], found)
  }
  return found
}

interface Place {
  readonly holder: Record<string, unknown>
  readonly key: string
}

type Change = (chance: Chance, place: Place, others: readonly Place[]) => void

const define = (holder: object, key: string, value: unknown): void =>
  void Object.defineProperty(holder, key, {value, enumerable: true, configurable: true, writable: true})

const changes: readonly Change[] = [
  ({pick}, {holder, key}) => define(holder, key, pick(hostile)()),
  ({pick}, {holder, key}) => define(holder, key, pick(hostile)()),
  (_, {holder, key}) => void (Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key]),
  ({pick}, {holder}) => {
    // JSON has no place for a key of a list.
    if (Array.isArray(holder)) return
    define(holder, pick(['__proto__', 'constructor', 'toString', 'x', '', '\u0000']), pick(hostile)())
  },
  ({pick}, {holder, key}, others) => define(holder, key, valueAt(pick(others))),
  ({below}, {holder, key}) => {
    if (Array.isArray(holder)) holder.push(...Array.from({length: below(4)}, () => valueAt({holder, key})))
  },
  ({pick}, {holder, key}) => {
    const value = holder[key]
    const changed =
      typeof value === 'string'
        ? pick([value.toUpperCase(), value.slice(1), `${value}x`, ` ${value}`])
        : typeof value === 'object'
          ? null
          : String(value)
    define(holder, key, changed)
  },
  ({random, pick}, {holder, key}) => {
    if (typeof holder[key] === 'number') define(holder, key, (holder[key] as number) * pick([-1, 1e9, random(), 1e300]))
  },
  (_, {holder, key}) => define(holder, key, [holder[key]]),
]

/** The copy of a value, without which a message could contain itself. */
const valueAt = ({holder, key}: Place): unknown => {
  try {
    return structuredClone(holder[key])
  } catch {
    return null
  }
}

/** Changes one value somewhere in a message, or the message itself. May change what it is given. */
export function mutateValue(chance: Chance, message: unknown): unknown {
  const {events} = (message ?? {}) as {readonly events?: unknown}
  // One wrong value of the envelope refuses the whole report, so most changes are made to its events.
  const places = placesIn(chance.random() < 0.7 && typeof events === 'object' ? events : message)
  if (places.length === 0 || chance.random() < 0.01) return chance.pick(hostile)()
  chance.pick(changes)(chance, chance.pick(places), places)
  return message
}
