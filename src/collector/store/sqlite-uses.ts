import type {Span} from '../../stats/span.ts'
import type {KnownHeader, Use, Uses} from './uses.ts'

type Rows = <T>(sql: string, values: Record<string, string>) => T[]

type FoundUse = Omit<Use, 'header'> & {readonly piece: number; readonly header: number}
type FoundHeader = KnownHeader['names'] & {
  readonly id: number
  readonly user: string | null
  readonly host: string | null
}

/** Reads every use of a question once: grouped by the database, by piece of time and header. */
export function readUses(
  rows: Rows,
  sql: {readonly uses: string; readonly headers: string},
  pieces: readonly Span[],
): Uses {
  const written = JSON.stringify(pieces.map(({fromMs, toMs}) => [fromMs, toMs]))
  const found = rows<FoundUse>(sql.uses, {pieces: written})
  const used = JSON.stringify([...new Set(found.map(({header}) => header))])
  const [numberOfUser, users] = numbering()
  const [numberOfHost, hosts] = numbering()
  const headers = new Map<number, KnownHeader>()
  for (const {id, user, host, ...names} of rows<FoundHeader>(sql.headers, {used})) {
    const isPerson = names.ci === null
    headers.set(id, {user: isPerson ? numberOfUser(user) : -1, host: isPerson ? numberOfHost(host) : -1, names})
  }
  const ofPiece: Use[][] = pieces.map(() => [])
  for (const {piece, header: id, runs, firstDay, lastDay} of found) {
    const header = headers.get(id)
    if (header !== undefined) ofPiece[piece]!.push({header, runs, firstDay, lastDay})
  }
  return {pieces, ofPiece, users: users.size, hosts: hosts.size}
}

/** Numbers pseudonyms from 0 in the order in which they come; -1 for none. */
function numbering(): [(pseudonym: string | null) => number, ReadonlyMap<string, number>] {
  const numbers = new Map<string, number>()
  return [
    pseudonym => {
      if (pseudonym === null) return -1
      const known = numbers.get(pseudonym)
      if (known !== undefined) return known
      numbers.set(pseudonym, numbers.size)
      return numbers.size - 1
    },
    numbers,
  ]
}
