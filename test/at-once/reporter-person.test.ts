import {runTogether} from '../support/run-together.ts'

await runTogether('reporter/{person,program}/**/*')
