import {readFileSync} from 'node:fs'
import {repositoryPath} from './repository.ts'

const page = readFileSync(repositoryPath('docs', 'for-script-authors.md'), 'utf8')
const [, setup, feature] = /^(count_use\(\)[\s\S]*?^done\n)[\s\S]*?^(count_use feature .*\n)/m.exec(page) ?? []
if (setup === undefined || feature === undefined) throw new Error('the page for authors of scripts has no lines')

/** The lines for a script, as they stand in the page for authors of scripts, with the feature that it records. */
export const linesForScripts: string = setup + feature
