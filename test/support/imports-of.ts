/** One import of a module. `type`: removed with the types. */
export interface Import {
  readonly specifier: string
  readonly kind: 'static' | 'dynamic' | 'type'
}

const clause = String.raw`[\w$\s{},*]+?`
const statement = new RegExp(
  String.raw`^[ \t]*(import|export)\s+(type\s+)?(?:(?:${clause})\s*from\s*)?(["'])([^"'\n]+)\3`,
  'gm',
)
const call = /(\btype\s[^=\n]*=[^\n]*|:\s*(?:typeof\s+)?)?\bimport\(\s*(["'])([^"'\n]+)\2\s*\)/g

/** Finds the imports of a TypeScript source, except in comments. Dynamic imports must have a literal specifier. */
export function importsOf(source: string): Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/[^\n]*/g, '$1')
  const found: Import[] = []
  for (const [, , type, , specifier] of code.matchAll(statement))
    found.push({specifier: specifier!, kind: type === undefined ? 'static' : 'type'})
  for (const [, before, , specifier] of code.matchAll(call))
    found.push({specifier: specifier!, kind: before === undefined ? 'dynamic' : 'type'})
  return found
}
