import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

/** The original licence texts of all packages with a module in one of the bundles. Throws if a package has none. */
export function licencesOf(...metafiles) {
  const inputs = metafiles.flatMap(metafile => Object.keys(metafile.inputs))
  const packages = inputs.flatMap(path => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [])
  return [...new Set(packages)].sort().map(licenceOf).join('\n')
}

function licenceOf(folder) {
  const {name, version, license} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const files = readdirSync(folder).filter(file => /^(?:licen[cs]e|notice|copying)/i.test(file))
  if (files.length === 0) throw new Error(`${name} has no licence: it cannot be bundled`)
  const texts = files.map(file => readFileSync(join(folder, file), 'utf8').trim())
  return `${'='.repeat(80)}\n${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`
}
