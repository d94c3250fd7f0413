import type {Adoption} from '../model/model.ts'
import {hideSmall, isLarge} from './cells.ts'

/** One version in one period, with the two sums that contain it: the number of a period and of a version. */
interface Place {
  readonly cell: Adoption['versions'][number]
  readonly ends: readonly [period: number, version: number]
}

/** What everybody may see of the versions. */
export interface ShownVersions {
  /** Without the periods that are left out. */
  readonly adoption: readonly Adoption[]
  /** The versions that have a row. */
  readonly names: ReadonlySet<string | null>
}

/**
 * The versions of each period, so that no sum of periods and versions reveals a cell of few users. Everybody knows the
 * runs of each period, and of each version that has a row. A hidden cell follows from these sums if it is no part of a
 * circle of hidden cells: of two in a period, two of the same version, and so on. Then further cells are hidden, the
 * smallest first, and if that does not help, the rows of versions. Pure.
 *
 * @param names the versions that have a row. The others are one sum
 * @param left the periods that are left out, which are one sum too
 */
export function hideSmallAdoption(
  adoption: readonly Adoption[],
  names: ReadonlySet<string | null>,
  left: ReadonlySet<string>,
): ShownVersions {
  const periods = adoption.filter(({period}) => !left.has(period))
  const visible = new Set(periods.flatMap(({versions}) => hideSmall(versions).rows))
  const rows = [...names]
  for (;;) {
    const places = placesOf(adoption, rows, left)
    const hidden = places.filter(({cell}) => !visible.has(cell))
    const bad = findRevealing(places, hidden)
    const rest = places.filter(({cell}) => visible.has(cell))
    const next = [...bad].map(end => nextToHide(rest, hidden, end))
    for (const place of next) if (place !== undefined) visible.delete(place.cell)
    if (next.some(place => place !== undefined)) continue
    const known = bad.size === 0 ? undefined : smallestRow(adoption, rows)
    if (known === undefined) break
    rows.splice(rows.indexOf(known), 1)
  }
  const shown = periods.map(one => ({...one, versions: one.versions.filter(cell => visible.has(cell))}))
  return {adoption: shown, names: new Set(rows)}
}

/** The cells with the numbers of their sums: the periods, -1 for those that are left out, and then the versions. */
function placesOf(
  adoption: readonly Adoption[],
  rows: readonly (string | null)[],
  left: ReadonlySet<string>,
): readonly Place[] {
  const numbers = new Map(rows.map((name, index) => [name, adoption.length + 1 + index]))
  return adoption.flatMap(({period, versions}, index) =>
    versions.map((cell): Place => {
      const ends = [left.has(period) ? -1 : index, numbers.get(cell.version) ?? adoption.length] as const
      return {cell, ends}
    }),
  )
}

/** The version with a row that has the fewest runs. */
function smallestRow(adoption: readonly Adoption[], rows: readonly (string | null)[]): string | null | undefined {
  const runs = new Map<string | null, number>()
  for (const {versions} of adoption)
    for (const one of versions) runs.set(one.version, (runs.get(one.version) ?? 0) + one.runs)
  return [...rows].sort((a, b) => (runs.get(a) ?? 0) - (runs.get(b) ?? 0))[0]
}

/** The smallest cell that may make a circle with the hidden cells that are connected with a sum. */
function nextToHide(visible: readonly Place[], hidden: readonly Place[], end: number): Place | undefined {
  const connected = new Set([end])
  for (let before = 0; before < connected.size; ) {
    before = connected.size
    for (const {ends} of hidden) if (ends.some(one => connected.has(one))) for (const one of ends) connected.add(one)
  }
  const rankOf = ({ends}: Place): number =>
    ends.includes(end) ? 0 : ends.every(one => connected.has(one)) ? 1 : ends.some(one => connected.has(one)) ? 2 : 3
  const near = visible.filter(place => rankOf(place) < 3)
  return near.sort((a, b) => rankOf(a) - rankOf(b) || a.cell.runs - b.cell.runs)[0]
}

/** The sums that reveal something about hidden cells of few users. */
function findRevealing(all: readonly Place[], hidden: readonly Place[]): ReadonlySet<number> {
  const known = findKnown(hidden)
  const open = byEnd(hidden.filter(place => !known.has(place)))
  const whole = byEnd(all)
  // If nothing else is known of a sum, it is what is shown itself.
  const ofFew = [...open].flatMap(([end, places]) =>
    places.some(({cell}) => isLarge(cell)) || places.length === whole.get(end)!.length ? [] : [end],
  )
  const alone = [...known].filter(({cell}) => !isLarge(cell)).map(({ends: [period]}) => period)
  return new Set([...ofFew, ...alone])
}

function byEnd(places: readonly Place[]): ReadonlyMap<number, readonly Place[]> {
  const ends = new Map<number, Place[]>()
  for (const place of places)
    for (const end of place.ends) {
      const known = ends.get(end)
      if (known === undefined) ends.set(end, [place])
      else known.push(place)
    }
  return ends
}

/** The cells that follow from the sums: the bridges of the graph whose edges are the hidden cells. */
function findKnown(hidden: readonly Place[]): ReadonlySet<Place> {
  const edges = byEnd(hidden)
  const [seenAt, bridges] = [new Map<number, number>(), new Set<Place>()]
  /** Returns the earliest end that can be reached without the edge to this one. */
  const visit = (end: number, from: Place | null): number => {
    const order = seenAt.size
    seenAt.set(end, order)
    let least = order
    for (const place of edges.get(end) ?? []) {
      if (place === from) continue
      const other = place.ends[0] === end ? place.ends[1] : place.ends[0]
      const before = seenAt.get(other)
      const found = before ?? visit(other, place)
      if (before === undefined && found > order) bridges.add(place)
      least = Math.min(least, found)
    }
    return least
  }
  for (const end of edges.keys()) if (!seenAt.has(end)) visit(end, null)
  return bridges
}
