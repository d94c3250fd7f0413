import {runTogether} from '../support/run-together.ts'

await runTogether('{protocol,lean,stats,dashboard}/**/*')
