/** The span of a month `YYYY-MM` or a year `YYYY`, in Unix milliseconds. Pure. */
export function spanOf(label: string): {readonly from: number; readonly to: number} {
  const [year, month] = label.split('-').map(Number) as [number, number | undefined]
  if (month === undefined) return {from: Date.UTC(year, 0, 1), to: Date.UTC(year + 1, 0, 1)}
  return {from: Date.UTC(year, month - 1, 1), to: Date.UTC(year, month, 1)}
}
