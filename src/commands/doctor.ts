import * as Flags from '@oclif/core/flags'
import {choosePatients} from '../cli/doctor/choose-patients.ts'
import {type Examination, examine} from '../cli/doctor/examine.ts'
import {exitCodeOf} from '../cli/doctor/finding.ts'
import {writeDoctor} from '../cli/doctor/write-doctor.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {projectFlags} from '../cli/framework/flags.ts'
import {personArgs, readPersonProject} from '../cli/framework/person-project.ts'

/** Milliseconds for all checks together. */
const limitMilliseconds = 8_000

export default class Doctor extends BaseCommand {
  static override summary = 'Check every link from this machine to the collector, and show what to do.'
  static override description =
    `Checks one project, or by default all that are known here and usage.project.json in this folder or above.
Writes nothing. Asks the collector to check a made-up report without storing it. After an opt-out it contacts no collector, unless --endpoint is given.
A write key is sent only to the collector of its project, never to another --endpoint. Takes at most 10 seconds.`
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --project-file usage.project.json',
    '<%= config.bin %> doctor --endpoint https://usage.example.org --json',
  ]
  static override args = personArgs
  static override flags = {
    ...projectFlags,
    endpoint: Flags.string({
      description: 'check this endpoint instead of that of the project file, also after an opt-out',
      helpValue: 'URL',
    }),
  }

  async run(): Promise<Examination> {
    const {args, flags} = await this.parse(Doctor)
    const patients = choosePatients(this.world, readPersonProject(args, flags), flags.endpoint)
    const answer = await examine(this.world, patients, AbortSignal.timeout(limitMilliseconds))
    process.exitCode = exitCodeOf(answer.findings)
    return this.present(answer, found => writeDoctor(found, this.paint, this.width))
  }
}
