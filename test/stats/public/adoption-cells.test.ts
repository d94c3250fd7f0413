import assert from 'node:assert/strict'
import {test} from 'node:test'
import fc from 'fast-check'
import {hideSmallAdoption} from '../../../src/stats/public/adoption-cells.ts'
import {hideSmall, isLarge, minUsers} from '../../../src/stats/public/cells.ts'
import {holds} from '../../support/near-json.ts'
import {solves} from '../../support/solves.ts'
import {usage} from '../sample-stats.ts'

/** A use of a version by a person in a period. */
type Use = readonly [period: number, version: number, person: number]

const uses = fc.array(fc.tuple(fc.nat(3), fc.nat(4), fc.nat(14)), {minLength: 5, maxLength: 90})

const peopleOf = (some: readonly Use[]): number => new Set(some.map(([, , person]) => person)).size
const rowOf = (version: number, some: readonly Use[]) => ({
  version: `v${version}`,
  ...usage(some.length, peopleOf(some)),
})

/** The rows of versions, the cells of each period, and how many people are behind all small rows. */
function tablesOf(all: readonly Use[]) {
  const byVersion = [...Map.groupBy(all, ([, version]) => version)]
  const versions = byVersion.map(([version, some]) => rowOf(version, some))
  const small = byVersion.flatMap(([, some]) => (peopleOf(some) < minUsers ? some : []))
  const adoption = [0, 1, 2, 3].map(period => ({
    period: `2026-0${period + 1}`,
    complete: true,
    versions: [
      ...Map.groupBy(
        all.filter(use => use[0] === period),
        ([, version]) => version,
      ),
    ].map(([version, some]) => rowOf(version, some)),
  }))
  return {versions, adoption, together: peopleOf(small)}
}

test('it reveals no cell of few users, whoever solves the sums of periods and versions', () => {
  let folded = 0
  holds(uses, all => {
    // Nothing is shown of a range of few users.
    if (peopleOf(all) < minUsers) return
    const {versions, adoption, together} = tablesOf(all)
    const rows = hideSmall(versions, together).rows
    const names = new Set(rows.map(({version}) => version))
    if (rows.length > 0 && rows.length === versions.filter(isLarge).length && rows.length < versions.length) folded++
    const periods = [0, 1, 2, 3].map(period =>
      rowOf(
        period,
        all.filter(use => use[0] === period),
      ),
    )
    const open = new Set(hideSmall(periods.filter(({runs}) => runs > 0)).rows)
    const left = new Set(adoption.flatMap(({period}, index) => (open.has(periods[index]!) ? [] : [period])))
    const {adoption: shown, names: visible} = hideSmallAdoption(adoption, names, left)
    const cells = adoption.flatMap(({period, versions: some}) => some.map(cell => ({...cell, period, cell})))
    const sum = (isIn: (cell: (typeof cells)[number]) => boolean): number[] => cells.map(one => (isIn(one) ? 1 : 0))
    const known = [
      sum(() => true),
      ...adoption.filter(({period}) => !left.has(period)).map(one => sum(({period}) => period === one.period)),
      ...[...visible].map(name => sum(({version}) => version === name)),
      ...shown.flatMap(({versions: some}) => some.map(one => sum(({cell}) => cell === one))),
    ]
    const isFew = (use: readonly Use[]): boolean => use.length > 0 && peopleOf(use) < minUsers
    for (const one of cells)
      if (!isLarge(one))
        assert.ok(
          !solves(
            known,
            sum(cell => cell === one),
          ),
          one.version,
        )
    for (const [index, {period}] of adoption.entries()) {
      const few = new Set(cells.filter(one => one.period === period && !isLarge(one)).map(({version}) => version))
      if (isFew(all.filter(use => use[0] === index && few.has(`v${use[1]}`))))
        assert.ok(
          !solves(
            known,
            sum(cell => cell.period === period && few.has(cell.version)),
          ),
          `rest of ${period}`,
        )
    }
    for (const {version} of versions) {
      const few = new Set(cells.filter(one => one.version === version && !isLarge(one)).map(one => one.period))
      const use = all.filter(one => `v${one[1]}` === version && few.has(adoption[one[0]]!.period))
      if (isFew(use))
        assert.ok(
          !solves(
            known,
            sum(cell => cell.version === version && few.has(cell.period)),
          ),
          `rest of ${version}`,
        )
    }
  })
  assert.ok(folded > 0)
})

test('it keeps what nothing follows from', () => {
  const row = (version: string, users: number) => ({version, ...usage(users, users)})
  const periods = [
    {period: '2026-01', complete: true, versions: [row('1', 90), row('2', 50)]},
    {period: '2026-02', complete: true, versions: [row('1', 80), row('2', 60), row('3', 2), row('4', 9)]},
  ]
  const {adoption: shown} = hideSmallAdoption(periods, new Set(['1', '2']), new Set())
  assert.deepEqual(
    shown.map(({versions}) => versions.map(({version}) => version)),
    [
      ['1', '2'],
      ['1', '2'],
    ],
  )
})
