import {type Tool, tools} from './needs.ts'

/**
 * Describes skipped tests in one line: their number, the missing tools, and how to install them. `reasons` come from
 * `needs`.
 */
export function describeSkips(reasons: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const reason of reasons)
    for (const tool of reason.replace(/^needs /, '').split(', ')) counts.set(tool, (counts.get(tool) ?? 0) + 1)
  const mostFirst = [...counts].sort(([, one], [, other]) => other - one)
  const perTool = mostFirst.map(([tool, count]) => `${count} ${count === 1 ? 'needs' : 'need'} ${tool}`)
  const packages = new Set([...counts.keys()].flatMap(tool => tools[tool as Tool]?.split(' ') ?? []))
  const [tests, them] = reasons.length === 1 ? ['test', 'it'] : ['tests', 'them']
  const advice = packages.size === 0 ? '' : `; to run ${them}: apt-get install ${[...packages].sort().join(' ')}`
  return `Skipped ${reasons.length} ${tests}: ${perTool.join(', ')}${advice}`
}
