/** A prime below 2^26, so that products are exact. */
const prime = 67_108_859

/**
 * Whether a sum follows from known sums: whether it is a combination of them. Each is a list of coefficients, one for
 * each unknown. It calculates modulo a prime, so that no rounding hides an answer.
 */
export function solves(known: readonly (readonly number[])[], asked: readonly number[]): boolean {
  const rows: number[][] = []
  const reduce = (row: readonly number[]): number[] => {
    const rest = row.map(one => ((one % prime) + prime) % prime)
    for (const pivot of rows) {
      const place = pivot.findIndex(one => one !== 0)
      const factor = rest[place]!
      if (factor !== 0)
        for (let column = 0; column < rest.length; column++)
          rest[column] = (rest[column]! + (prime - factor) * pivot[column]!) % prime
    }
    return rest
  }
  for (const row of known) {
    const rest = reduce(row)
    const place = rest.findIndex(one => one !== 0)
    if (place >= 0) rows.push(rest.map(one => (one * inverse(rest[place]!)) % prime))
  }
  return reduce(asked).every(one => one === 0)
}

function inverse(value: number): number {
  let [result, base, exponent] = [1, value, prime - 2]
  while (exponent > 0) {
    if (exponent % 2 === 1) result = (result * base) % prime
    base = (base * base) % prime
    exponent = Math.floor(exponent / 2)
  }
  return result
}
