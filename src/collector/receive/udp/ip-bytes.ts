/** The 16 bytes of an IPv6 address, also of one with a zone or with an IPv4 part. Pure. */
export function bytesOfIpv6(address: string): number[] {
  const [head = '', tail = ''] = withoutIpv4(address.split('%')[0]!).split('::')
  const groupsOf = (part: string): number[] =>
    part === '' ? [] : part.split(':').map(group => Number.parseInt(group, 16))
  const [before, after] = [groupsOf(head), groupsOf(tail)]
  const groups = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
  return groups.flatMap(group => [group >> 8, group & 0xff])
}

/** Writes the IPv4 part of an address such as `::ffff:127.0.0.1` as groups of hex digits. */
function withoutIpv4(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a, b, c, d] = parts.slice(0, 4).map(Number) as [number, number, number, number]
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })
}
